import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { PictureFitSource } from '../../../src/inference/fit-source.js';
import { FilterbankExtractor } from '../../../src/models/backbones/filterbank.js';
import { glassNetwork, type GlassBatch } from '../../../src/models/discriminative/glass-network.js';
import { GlassParams } from '../../../src/models/discriminative/glass-params.js';
import { Glass } from '../../../src/models/discriminative/glass.js';
import { hardAnomalies } from '../../../src/models/discriminative/hard-anomalies.js';
import { quantileOf } from '../../../src/models/discriminative/quantile-of.js';
import { begin, type Values } from '../../../src/models/nets/module.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { createTrainer } from '../../../src/workbench/training/create-trainer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { sourceOf, toyPicture } from '../../support/toy-pictures.js';
import { worst } from '../../support/worst.js';

/**
 * What torch's automatic differentiation gives in float64: at + rate g / |g|, g the gradient of the cross entropy of discriminator(at) with 1, the
 * moments of the batch [good; at] taken as given; every second step and after the last, lengths of at - good are clamped to radius..2 radius.
 */
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/discriminative/glass.json'), 'utf8'),
) as Record<'good' | 'noise' | 'weight' | 'offset', number[][]> &
  Record<'bias' | 'gain' | 'shift' | 'tail', number[]> &
  Record<'rate' | 'radius' | 'times' | 'steps' | 'every', number> & {
    quantile: { values: number[]; at: Record<string, number> };
  };

const rule = {
  ...{ hidden_dim: 4, noise_std: 0.5, ascent_steps: 0, ascent_rate: 0.1, truncate_every: 2, radius: 1 },
  ...{ radius_quantile: 0.75, hard_quantile: 0.5, focal_gamma: 2, adaptor_rate: 0.5, score_top: 0 },
};
const [N, H, W, WIDTH] = [2, 3, 4, 3];

function batchOf(hypersphere: boolean): GlassBatch {
  const wave = (n: number, speed: number) =>
    tf.tensor4d(
      Float32Array.from({ length: n * H * W * WIDTH }, (_, i) => Math.sin(speed * i) + (i % WIDTH)),
      [n, H, W, WIDTH],
    );
  const masks = Float32Array.from({ length: N * H * W }, (_, i) => (i % 5 === 0 ? 1 : 0));
  return {
    ...{ features: wave(N, 1.7), overlaid: wave(N, 1.3), noise: wave(N, 2.9) },
    masks: tf.tensor4d(masks, [N, H, W, 1]),
    center: hypersphere ? wave(1, 0.7) : null,
  };
}

onEveryBackend('GLASS', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'imgano-glass-'));
  });
  after(() => rmSync(dir, { recursive: true }));

  it(
    "goes up the discriminator's loss and back into the shell as torch's gradients do",
    leavesNoTensors(async () => {
      const found = tf.tidy(() => {
        const rows = (values: number[][]) => tf.tensor2d(values).reshape<Tensor4D>([1, 2, 2, 3]);
        const values = {
          'discriminator.hidden.weight': tf.tensor(golden.weight).reshape([1, 1, 3, 5]),
          'discriminator.hidden.bias': tf.tensor(golden.bias),
          'discriminator.norm.weight': tf.tensor(golden.gain),
          'discriminator.norm.bias': tf.tensor(golden.shift),
          'discriminator.tail.weight': tf.tensor(golden.tail).reshape([1, 1, 5, 1]),
        };
        const good = rows(golden.good);
        const shell = { origin: good, least: tf.scalar(golden.radius), times: golden.times };
        const pass = { values, training: true, carry: () => undefined };
        const ascent = { ascent_steps: golden.steps, ascent_rate: golden.rate, truncate_every: golden.every };
        return hardAnomalies(good, rows(golden.noise), shell, pass, ascent);
      });
      expect(worst(await found.data(), golden.offset.flat())).to.be.below(1e-4);
      found.dispose();
    }),
  );

  it(
    "has torch's quantiles",
    leavesNoTensors(async () => {
      const values = tf.tensor1d(golden.quantile.values);
      for (const [share, wanted] of Object.entries(golden.quantile.at)) {
        const got = quantileOf(values, Number(share));
        expect((await got.data())[0]).to.be.closeTo(wanted, 1e-6);
        got.dispose();
      }
      values.dispose();
    }),
  );

  for (const hypothesis of ['manifold', 'hypersphere']) {
    it(
      `has a loss with the gradients of finite differences (${hypothesis})`,
      leavesNoTensors(async () => {
        const net = glassNetwork(rule, WIDTH);
        const [trained, statistics] = (['trained', 'statistics'] as const).map((kind) =>
          begin(
            net.modules.flatMap((module) => module[kind]),
            new Random(3),
          ),
        );
        const batch = batchOf(hypothesis === 'hypersphere');
        // Differences see that the shell moves with the adaptor, which gradients take as given; hidden biases go with the normalisation.
        const checked = hypothesis === 'manifold' ? /weight$|norm/ : /norm|tail|hidden.weight/;
        const some = Object.fromEntries(Object.entries(trained).filter(([name]) => checked.test(name)));
        const loss = (at: Values) =>
          tf.tidy(() => {
            const values = { ...trained, ...statistics, ...at };
            return net.loss(batch, { values, training: true, carry: () => undefined }).total;
          });
        await expectGradients(loss, some, { step: 2e-3, tolerance: 0.05, most: 3 });
        tf.dispose([trained, statistics, Object.values(batch).filter((tensor) => tensor !== null)]);
      }),
    );
  }

  it(
    'learns from three pictures, as one graph where there are graphs, and survives saving',
    leavesNoTensors(async () => {
      const backbone = { name: 'filterbank', stride: 4, levels: 1 } as const;
      const given = {
        ...{
          backbone,
          resize: { mode: 'stretch', size: { height: 16, width: 24 } },
          hidden_dim: 4,
          ascent_steps: 1,
          overlays: 2,
        },
        ...{ hypothesis: 'hypersphere', training: { epochs: 2, batch_size: 2, validation_fraction: 0.3 } },
      };
      const made = () => new Glass(decode(GlassParams, given, 'params'), new FilterbankExtractor(backbone));
      const detector = made();
      const source = new PictureFitSource(
        [0, 1, 2].map((i) => sourceOf(toyPicture(i))),
        detector.input,
        8,
      );
      const told: string[] = [];
      const progress = { ...silent, info: (line: string) => void told.push(line) };
      await detector.fit(source, { seed: 1, progress, train: createTrainer() });
      expect(told.join('\n')).to.include('loss of the first epoch').and.not.include('step by step');
      const scoresOf = async (model: Glass, pixels: Tensor4D) => {
        const { scores, maps } = await model.score({ pixels, sources: [], sizes: [] });
        const values = Array.from(await scores.data());
        tf.dispose([scores, maps!]);
        return values;
      };
      const pixels = tf.tensor4d(
        Float32Array.from({ length: 2 * 16 * 24 * 3 }, (_, i) => 120 + 100 * Math.sin(0.01 * i * i)),
        [2, 16, 24, 3],
      );
      const one = pixels.slice(1, 1) as Tensor4D;
      const together = await scoresOf(detector, pixels);
      expect((await scoresOf(detector, one))[0]).to.be.closeTo(together[1], 1e-4);
      const loaded = made();
      await detector.save(dir);
      await loaded.load(dir);
      expect(await scoresOf(loaded, pixels)).to.deep.equal(together);
      tf.dispose([pixels, one]);
      loaded.dispose();
      detector.dispose();
    }),
  );
});

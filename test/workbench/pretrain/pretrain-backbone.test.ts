import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import { begin } from '../../../src/models/nets/module.js';
import { networkOf } from '../../../src/models/backbones/architectures.js';
import { readCheckpoint } from '../../../src/models/weights/checkpoint.js';
import { matchParameters } from '../../../src/models/weights/match-parameters.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { silent } from '../../../src/runtime/progress.js';
import { RunConfig } from '../../../src/config/run-config.js';
import { writeBackbone } from '../../../src/workbench/pretrain/backbone-checkpoint.js';
import { madeDefects } from '../../../src/workbench/pretrain/made-defects.js';
import type { Pretext } from '../../../src/workbench/pretrain/pretext.js';
import { backboneFolder, pretrainRun } from '../../../src/workbench/pretrain/pretrain-backbone.js';
import { ARCH, LAYERS, MEAN, STD, trainedBackbone } from '../../../src/workbench/pretrain/trained-backbone.js';
import { vicreg } from '../../../src/workbench/pretrain/vicreg.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { runCli } from '../../support/cli.js';
import { scratch, writeToyDataset } from '../../support/toy-run.js';

const PRETEXTS: Readonly<Record<string, () => Pretext>> = { madeDefects, vicreg };

/** Features of a backbone that is only a pooling: what the heads and the loss do is checked apart from the network. */
function pooled(pixels: Tensor4D): Tensor4D[] {
  return LAYERS.map(({ stride, channels }) => {
    const small = tf.avgPool(pixels.div<Tensor4D>(100), stride, stride, 'valid');
    return tf.tile(small, [1, 1, 1, Math.ceil(channels / 3)]).slice([0, 0, 0, 0], [-1, -1, -1, channels]);
  });
}

onEveryBackend('pretexts', () => {
  for (const [name, make] of Object.entries(PRETEXTS)) {
    it(
      `${name}: the same seed draws the same, and the loss has the gradients of finite differences`,
      leavesNoTensors(async () => {
        const pretext = make();
        const crops = tf.tidy(() => tf.tensor4d(noise(2 * 32 * 32 * 3), [2, 32, 32, 3]));
        const [inputs, again] = [pretext.draw(crops, new Random(4)), pretext.draw(crops, new Random(4))];
        for (const [i, input] of inputs.entries()) expect(await again[i].data()).to.deep.equal(await input.data());
        const trained = pretext.heads.flatMap((module) => module.trained);
        // one layer is enough: the heads are alike
        const values = begin(trained, new Random(2));
        const [first, rest] = [/layer2/, /layer[13]/].map((pattern) =>
          Object.fromEntries(Object.entries(values).filter(([key]) => pattern.test(key))),
        );
        await expectGradients(
          (at) => pretext.loss(inputs, pooled, { values: { ...rest, ...at }, training: true, carry() {} }).total,
          first,
          { step: 1e-2, tolerance: 0.05, most: 3 },
        );
        tf.dispose([crops, ...inputs, ...again, values]);
      }),
    );
  }

  it(
    'the network that is written is the network that was trained',
    leavesNoTensors(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'imgano-test-'));
      const network = trainedBackbone();
      const starts = network.modules.flatMap((module) => [...module.trained, ...module.statistics]);
      const values = begin(starts, new Random(3));
      const learned = { arch: ARCH, scale: 1 / 255, mean: MEAN, std: STD, multiple: 16, values };
      const id = await writeBackbone(dir, learned, { pretext: 'vicreg', pictures: 3, side: { height: 64, width: 64 } });
      const entry = await openWeightsStore({ searchDirs: [dir] }).entry(id);
      const path = join(dir, entry.files[0].path);
      const checkpoint = await readCheckpoint({ path, read: async () => new Uint8Array(readFileSync(path)) });
      const loader = networkOf(entry);
      const names = LAYERS.map((layer) => layer.name);
      const loaded = loader.load(matchParameters(checkpoint, loader.parameters, loader.dropped), names);
      const pixels = tf.tensor4d(noise(32 * 48 * 3), [1, 32, 48, 3]);
      const x = tf.tidy(() => pixels.div<Tensor4D>(255).sub(MEAN).div<Tensor4D>(STD));
      const got = loaded.apply(x);
      const want = tf.tidy(() => network.apply(pixels, { values, training: false, carry() {} }));
      for (const [i, features] of want.entries()) {
        expect(got[i].shape).to.deep.equal(features.shape);
        const error = tf.tidy(() => got[i].sub(features).abs().max().div(features.abs().max()));
        expect((await error.data())[0], names[i]).to.be.below(1e-5);
        error.dispose();
      }
      tf.dispose([values, pixels, x, ...got, ...want]);
      loaded.dispose();
      rmSync(dir, { recursive: true });
    }),
  );
});

describe('the recipe pretrain-backbone', () => {
  const dir = scratch();

  for (const [pretext, named] of [
    ['rca', /filterbank_rca\.rca/],
    ['vicreg', /resnet10_w32\.vicreg/],
  ] as const) {
    it(`${pretext}: learns a backbone, fits on it, and the run is used with its folder`, async () => {
      await writeToyDataset(join(dir, 'toy'));
      const out = join(dir, pretext);
      const config = join(dir, 'config.json');
      writeFileSync(
        config,
        JSON.stringify({
          recipe: 'pretrain-backbone',
          dataset: { root: join(dir, 'toy') },
          model: { model_kwargs: { resize: { mode: 'stretch', size: { height: 48, width: 64 } } } },
          pretrain: { pretext, crop: 32, training: { epochs: 2 } },
        }),
      );
      const trained = await runCli('train', '--config', config, '--out', out, '--json');
      expect(trained.code, trained.stderr).to.equal(0);
      const used = await runCli(
        ...['infer', '--infer-config', join(out, 'infer_config.json'), '--input', join(dir, 'toy', 'test', 'square')],
        ...['--weights', backboneFolder(out)],
      );
      expect(used.code, used.stderr).to.equal(0);
      expect(used.stdout.trim().split('\n')).to.have.length(3);
      const without = await runCli(
        ...['infer', '--infer-config', join(out, 'infer_config.json'), '--input', join(dir, 'toy', 'test', 'square')],
      );
      expect(without.code).to.equal(2);
      expect(without.stderr).to.match(named);
    });
  }

  it('refuses weights of another origin and crops that do not fit', async () => {
    const run = (model_kwargs: object, pretrain: object) => {
      const document = {
        dataset: { root: join(dir, 'toy') },
        model: { name: 'vision_patchcore', model_kwargs },
        pretrain,
      };
      const options = { out: join(dir, 'none'), weights: openWeightsStore(), progress: silent };
      return pretrainRun(decode(RunConfig, document, 'config'), options).then(
        () => '',
        (error: Error) => error.message,
      );
    };
    expect(await run({ backbone: { name: 'torch', weights: 'resnet18.tv_in1k' } }, {})).to.match(
      /names the weights itself/,
    );
    expect(await run({}, { pretext: 'vicreg', crop: 512 })).to.match(
      /pretrain\.crop: expected at most the sides of the pictures, 256 x 256, got 512/,
    );
  });
});

function noise(count: number): number[] {
  const random = new Random(9);
  return Array.from({ length: count }, () => random.uniform(0, 255));
}

import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import { ConfigError, DataError } from '../../../src/errors.js';
import type { Detector } from '../../../src/models/detector.js';
import type { FeatureExtractor } from '../../../src/models/backbones/extractor.js';
import { coordinateAttention } from '../../../src/models/discriminative/coordinate-attention.js';
import { memsegNetwork } from '../../../src/models/discriminative/memseg-network.js';
import { MemsegParams } from '../../../src/models/discriminative/memseg-params.js';
import { memseg } from '../../../src/models/discriminative/memseg.spec.js';
import { Memseg } from '../../../src/models/discriminative/memseg.js';
import { compareWithMemory, type MemoryLayer } from '../../../src/models/discriminative/picture-memory.js';
import { begin, scoring, type Start, type Values } from '../../../src/models/nets/module.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Scalar, type Tensor4D } from '../../../src/runtime/tf.js';
import { createTrainer, type TrainingLog } from '../../../src/workbench/training/create-trainer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { batchOf, sourceOfArrays, stripedPicture } from '../../support/striped-pictures.js';
import { worst } from '../../support/worst.js';

// numpy, with weights as `weights` makes them: hard swish behind batch normalisation, sigmoids of rows times those of columns.
const ATTENTION = [
  ...[0.233032, 0.248445, 0.238978, 0.250063, 0.226442, 0.267661, 0.243716, 0.230099],
  ...[0.228062, 0.250578, 0.241681, 0.246875, 0.221612, 0.269958, 0.246472, 0.227165],
];

const cosines = (shape: [number, number, number, number]) => {
  const length = shape.reduce((a, b) => a * b);
  return tf.tensor4d(
    Float32Array.from({ length }, (_, i) => Math.cos(0.9 * i)),
    shape,
  );
};

/** Half the sine of 1.7 i and the number of characters of the name; gains and variances of normalisations are larger by 1. */
function weights(starts: readonly Start[]): Values {
  const values = starts.map(({ name, shape }) => {
    const gain = /norm\.weight$|var$/.test(name) ? 1 : 0;
    const length = shape.reduce((a, b) => a * b, 1);
    return [
      name,
      tf.tensor(
        Float32Array.from({ length }, (_, i) => gain + 0.5 * Math.sin(1.7 * i + name.length)),
        [...shape],
      ),
    ];
  });
  return Object.fromEntries(values) as Values;
}

onEveryBackend('vision_memseg', () => {
  it(
    'coordinate attention gives what numpy gives',
    leavesNoTensors(async () => {
      const attention = coordinateAttention('a', 4);
      const [values, x] = [weights([...attention.trained, ...attention.statistics]), cosines([1, 3, 2, 4])];
      const got = attention.apply(x, scoring(values));
      expect(got.shape).to.deep.equal(x.shape);
      expect(worst((await got.data()).slice(0, 16), ATTENTION)).to.be.below(1e-4);
      tf.dispose([values, x, got]);
    }),
  );

  it(
    'compares with the one picture that is nearest over all layers',
    leavesNoTensors(async () => {
      const layer = (pictures: number[][]): MemoryLayer => ({
        mean: tf.tensor1d([10]),
        std: tf.tensor1d([2]),
        pictures: tf.tensor4d(pictures.flat(), [pictures.length, 1, pictures[0].length, 1]),
      });
      // The second is nearest in the first layer, the first over both, for layers count alike whatever their size.
      const memory = [
        layer([
          [1, 1],
          [0, 0],
        ]),
        layer([[3], [9]]),
      ];
      const layers = [tf.tensor4d([10, 12], [1, 1, 2, 1]), tf.tensor4d([14], [1, 1, 1, 1])];
      const [fine, coarse] = compareWithMemory(layers, memory);
      expect(Array.from(await fine.features.data())).to.deep.equal([0, 1]);
      expect(Array.from(await fine.difference.data())).to.deep.equal([1, 0]);
      expect(Array.from(await coarse.difference.data())).to.deep.equal([1]);
      tf.dispose([memory.map((one) => ({ ...one })), layers, { ...fine }, { ...coarse }] as never);
    }),
  );

  it(
    'has logits of the size of the picture, and the gradients that differences show',
    leavesNoTensors(async () => {
      const taps = [
        { name: 'fine', stride: 2, channels: 3 },
        { name: 'coarse', stride: 4, channels: 2 },
      ];
      const network = memsegNetwork(taps, 2);
      const random = new Random(2);
      const [start, statistics] = [begin(network.trained, random), begin(network.statistics, random)];
      const features = [cosines([2, 4, 6, 3]), cosines([2, 2, 3, 2])];
      const seen = features.map((one) => ({ features: one, difference: tf.tidy(() => one.abs() as Tensor4D) }));
      const loss = (values: Values) => {
        const pass = scoring({ ...statistics, ...start, ...values });
        return network.apply(seen, { height: 8, width: 12 }, pass).sub(1).square().mean() as Scalar;
      };
      const logits = network.apply(seen, { height: 8, width: 12 }, scoring({ ...statistics, ...start }));
      expect(logits.shape).to.deep.equal([2, 8, 12, 1]);
      const names = ['fusion.0.into.conv', 'fusion.1.attention.rows', 'bridge.0', 'bottom.0.conv'];
      const some = Object.fromEntries(names.map((name) => [`${name}.weight`, start[`${name}.weight`]]));
      await expectGradients(loss, some, { most: 1, step: 2e-3, tolerance: 0.1 });
      tf.dispose([start, statistics, features, seen.map(({ difference }) => difference), logits]);
    }),
  );

  it(
    'learns from three pictures, one of which it remembers, and scores alone and after loading as before',
    leavesNoTensors(async () => {
      const params = decode(
        MemsegParams,
        {
          backbone: { name: 'filterbank', stride: 4, levels: 1 },
          resize: { mode: 'stretch', size: { height: 16, width: 16 } },
          ...{ channels: 2, training: { epochs: 8, max_steps: null, batch_size: 2, lr: 2e-2 } },
        },
        'params',
      );
      const logs: TrainingLog[] = [];
      const context = { seed: 1, progress: silent, train: createTrainer({ onTrained: (log) => logs.push(log) }) };
      const detector = await memseg.create(params, { weights: openWeightsStore() });
      const pictures = (count: number) => {
        const made = Array.from({ length: count }, (_, i) => stripedPicture(i, { height: 16, width: 16 }));
        return sourceOfArrays(made, 2, 16, 16);
      };
      const refused = await detector.fit(pictures(1), context).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(DataError);
      await detector.fit(pictures(3), context);
      const { epochs } = logs[0];
      expect(epochs[epochs.length - 1].loss).to.be.below(0.8 * epochs[0].loss);
      const dir = mkdtempSync(join(tmpdir(), 'imgano-memseg-'));
      await detector.save(dir);
      const loaded = await memseg.create(params, { weights: openWeightsStore() });
      await loaded.load(dir);
      rmSync(dir, { recursive: true });
      const made = [1, 2].map((seed) => stripedPicture(seed, { height: 16, width: 16, defect: 6, at: [4, 4] }));
      const scoresOf = async (one: Detector, some: Float32Array[]) => {
        const batch = batchOf(some, 16, 16);
        const { scores, maps } = await one.score(batch);
        const values = Array.from(await scores.data());
        tf.dispose([batch.pixels, scores, maps!]);
        return values;
      };
      const together = await scoresOf(detector, made);
      expect(worst(await scoresOf(loaded, [made[1]]), [together[1]])).to.be.below(1e-4);
      loaded.dispose();
      detector.dispose();
      const strides = [8, 8].map((stride, i) => ({ name: `layer${i}`, stride, channels: 4 }));
      const alike = {
        taps: strides,
        multiple: 8,
        context: 0,
        extract: () => [],
        dispose: () => {},
      } as FeatureExtractor;
      expect(() => new Memseg(params, alike)).to.throw(ConfigError, /coarser grid than the one before.*"layer1"/);
    }),
  );
});

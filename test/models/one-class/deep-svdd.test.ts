import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { ConfigError } from '../../../src/errors.js';
import type { Detector } from '../../../src/models/detector.js';
import { begin, scoring, type Values } from '../../../src/models/nets/module.js';
import { DeepSvddParams } from '../../../src/models/one-class/deep-svdd-params.js';
import { deepSvdd } from '../../../src/models/one-class/deep-svdd.spec.js';
import { findCenter, sphereDistances } from '../../../src/models/one-class/hypersphere.js';
import { evenContrast, svddDecoder, svddEncoder } from '../../../src/models/one-class/svdd-network.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Scalar, type Tensor4D } from '../../../src/runtime/tf.js';
import { createTrainer } from '../../../src/workbench/training/create-trainer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { batchOf, sourceOfArrays, stripedPicture } from '../../support/striped-pictures.js';
import { worst } from '../../support/worst.js';

const whole = { size: { height: 8, width: 12 }, width: 2, stages: 2, representation: 3, window: null };
const environment = { weights: openWeightsStore() };
const RULES = { 'whole pictures': whole, windows: { ...whole, window: 3 } };
const [n, h, w] = [2, 8, 12];
const value = (i: number) => 120 + 80 * Math.sin(0.7 * i + 0.01 * i * i);
const pictures = () =>
  tf.tensor4d(
    Float32Array.from({ length: n * h * w * 3 }, (_, i) => value(i)),
    [n, h, w, 3],
  );

onEveryBackend('the networks of Deep SVDD', () => {
  it(
    'have no bias, and give every picture mean 0 and mean magnitude 1 first',
    leavesNoTensors(async () => {
      const both = Object.values(RULES).flatMap((rule) => [svddEncoder(rule), svddDecoder(rule)]);
      expect(both.flatMap(({ trained }) => trained.map(({ name }) => name)).filter((name) => !/weight$/.test(name))).to
        .be.empty;
      const [x, size] = [pictures(), h * w * 3];
      const even = evenContrast(x);
      const wanted = Array.from({ length: n }, (_, k) => {
        const one = Array.from({ length: size }, (__, i) => value(k * size + i));
        const mean = one.reduce((a, b) => a + b) / size;
        const spread = one.reduce((a, b) => a + Math.abs(b - mean), 0) / size;
        return one.map((v) => (v - mean) / spread);
      });
      expect(worst(await even.data(), wanted.flat())).to.be.below(1e-5);
      tf.dispose([x, even]);
    }),
  );

  it(
    'see a window as they would if there were nothing around it',
    leavesNoTensors(async () => {
      const [size, window] = [{ height: 36, width: 44 }, 3];
      const encoder = svddEncoder({ ...whole, size, window });
      const values = begin([...encoder.trained, ...encoder.statistics], new Random(3));
      const blank = tf.zeros([1, size.height, size.width, 3]) as Tensor4D;
      const dotted = tf.tidy(() => {
        const dot = tf.buffer([1, size.height, size.width, 3]);
        dot.set(200, 0, 0, 0, 0);
        return dot.toTensor().add<Tensor4D>(blank);
      });
      const codes = encoder.apply(dotted, scoring(values));
      expect(codes.shape).to.deep.equal([1, 9, 11, whole.representation]);
      // The dot moves what its own windows give; far windows see the even ground alone.
      const grid = await codes.array();
      const [near, far, farther] = [grid[0][0][0], grid[0][4][5], grid[0][5][6]];
      expect(worst(far, farther)).to.be.below(1e-5);
      expect(worst(near, far)).to.be.above(1e-3);
      tf.dispose([blank, dotted, codes, values]);
    }),
  );

  for (const [name, rule] of Object.entries(RULES)) {
    it(
      `have losses with the gradients of finite differences (${name})`,
      leavesNoTensors(async () => {
        const x = pictures();
        const [encoder, decoder] = [svddEncoder(rule), svddDecoder(rule)];
        const values = begin([...encoder.trained, ...decoder.trained], new Random(2));
        const statistics = begin([...encoder.statistics, ...decoder.statistics], new Random(2));
        const batches = async function* () {
          yield x.clone() as Tensor4D;
        };
        const center = await findCenter(batches(), encoder, { ...values, ...statistics });
        const loss = (at: Values) =>
          tf.tidy(() => {
            const pass = scoring({ ...statistics, ...center, ...at });
            const code = encoder.apply(x, pass);
            const error = decoder.apply(code, pass).sub(evenContrast(x)).square().mean() as Scalar;
            return error.add<Scalar>(sphereDistances(code, pass).mean());
          });
        await expectGradients(loss, values, { step: 5e-3, tolerance: 0.03, most: 2 });
        tf.dispose([x, values, statistics, center]);
      }),
    );
  }

  it(
    'judge windows by their place, the same after saving, and refuse to do so without windows',
    leavesNoTensors(async () => {
      const create = (kwargs: object) => deepSvdd.create(decode(DeepSvddParams, kwargs, 'test'), environment);
      const kwargs = {
        ...{ resize: { mode: 'stretch', size: { height: 32, width: 48 } }, stages: 2, width: 2, representation: 4 },
        ...{ window: 3, map_scale: 'place', pretraining: { epochs: 1 }, training: { epochs: 2, lr: 1e-2 } },
      };
      const size = { height: 32, width: 48 };
      const good = Array.from({ length: 6 }, (_, i) => stripedPicture(i, size));
      const detector = await create(kwargs);
      const source = sourceOfArrays(good, 2, size.height, size.width);
      await detector.fit(source, { seed: 1, progress: silent, train: createTrainer() });
      const batch = batchOf(
        [stripedPicture(9, size), stripedPicture(9, { ...size, defect: 10, at: [10, 16] })],
        size.height,
        size.width,
      );
      const scoresOf = async (from: Detector) => {
        const { scores, maps } = await from.score(batch);
        expect(maps).to.equal(null);
        const values = Array.from(await scores.data());
        scores.dispose();
        return values;
      };
      const [fine, bad] = await scoresOf(detector);
      expect(bad).to.be.above(2 * fine);
      const dir = mkdtempSync(join(tmpdir(), 'imgano-svdd-'));
      await detector.save(dir);
      const loaded = await create(kwargs);
      await loaded.load(dir);
      expect(await scoresOf(loaded)).to.deep.equal([fine, bad]);
      rmSync(dir, { recursive: true });
      batch.pixels.dispose();
      [detector, loaded].forEach((one) => one.dispose());

      const refused = await create({ map_scale: 'place' }).then(
        () => null,
        (error: unknown) => error,
      );
      expect(refused).to.be.instanceOf(ConfigError);
    }),
  );
});

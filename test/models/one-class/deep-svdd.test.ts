import { expect } from 'chai';
import { begin, scoring, type Values } from '../../../src/models/nets/module.js';
import { findCenter, sphereDistances } from '../../../src/models/one-class/hypersphere.js';
import { evenContrast, svddDecoder, svddEncoder } from '../../../src/models/one-class/svdd-network.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Scalar, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { worst } from '../../support/worst.js';

const rule = { size: { height: 8, width: 12 }, width: 2, stages: 2, representation: 3 };
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
      const both = [svddEncoder(rule), svddDecoder(rule)];
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
    'have losses with the gradients of finite differences',
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
});

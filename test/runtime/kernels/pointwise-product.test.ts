import { expect } from 'chai';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { tf, type Tensor, type Tensor4D } from '../../../src/runtime/tf.js';
import { numbers } from './plain.js';

/** What ends the process where TensorFlow's own kernels compute it: in gradients also the other way round. */
const PAIRS = [
  [256, 1024],
  [512, 1024],
  [512, 2048],
  [1024, 512],
  [1024, 2048],
];

/** A picture of 1 x 3 places, of which a stride of 2 meets the outer ones. */
const PLACES = 3;
const MET = [0, 2];

/** `[m, k]` times `[k, n]`, in float64. */
function product(a: ArrayLike<number>, b: ArrayLike<number>, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let l = 0; l < k; l++) for (let j = 0; j < n; j++) out[i * n + j] += a[i * k + l] * b[l * n + j];
  return out;
}

function transposed(a: ArrayLike<number>, m: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, i) => a[(i % m) * n + Math.floor(i / m)]);
}

/** Some of the rows of `[m, n]`. */
function rows(a: Float64Array, n: number, taken: readonly number[]): Float64Array {
  return Float64Array.from(taken.flatMap((row) => [...a.subarray(row * n, (row + 1) * n)]));
}

/** One assertion for all values: there are millions. Disposes what it got. */
async function expectEqual(got: Tensor, wanted: Float64Array): Promise<void> {
  const values = await got.data();
  got.dispose();
  expect(values.length).to.equal(wanted.length);
  let [worst, largest] = [0, 0];
  for (const [i, value] of wanted.entries()) {
    worst = Math.max(worst, Math.abs(values[i] - value));
    largest = Math.max(largest, Math.abs(value));
  }
  expect(worst).to.be.below(1e-5 * largest);
}

onEveryBackend('1 x 1 convolutions of many channels', () => {
  for (const [from, to] of PAIRS) {
    it(
      `${from} to ${to}: values, with bias and activation, and with strides`,
      leavesNoTensors(async () => {
        const [x, f, bias] = [numbers(PLACES * from), numbers(from * to, 3), numbers(to, 5)];
        const wanted = product(x, f, PLACES, from, to);
        const [plain, strided, fused] = tf.tidy(() => {
          const picture = tf.tensor4d(x, [1, 1, PLACES, from]);
          const filter = tf.tensor4d(f, [1, 1, from, to]);
          const options = { x: picture, filter, pad: 'same', strides: 1, bias: tf.tensor1d(bias) } as const;
          return [
            tf.conv2d(picture, filter, 1, 'valid'),
            tf.conv2d(picture, filter, 2, 'same'),
            tf.fused.conv2d({ ...options, activation: 'relu' }),
          ];
        });
        await expectEqual(plain, wanted);
        await expectEqual(strided, rows(wanted, to, MET));
        await expectEqual(
          fused,
          wanted.map((v, i) => Math.max(0, v + bias[i % to])),
        );
      }),
    );
  }

  for (const [from, to] of [
    [256, 1024],
    [1024, 256],
  ]) {
    for (const stride of [1, 2]) {
      it(
        `${from} to ${to}: gradients, stride ${stride}`,
        leavesNoTensors(async () => {
          const met = stride === 1 ? [0, 1, 2] : MET;
          const [x, f, dy] = [numbers(PLACES * from), numbers(from * to, 3), numbers(met.length * to, 2)];
          const back = product(dy, transposed(f, from, to), met.length, to, from);
          const wanted = new Float64Array(PLACES * from);
          met.forEach((place, i) => wanted.set(back.subarray(i * from, (i + 1) * from), place * from));
          const seen = rows(Float64Array.from(x), from, met);
          const [dx, df] = tf.tidy(() =>
            tf.grads((picture, filter) => {
              const out = tf.conv2d(picture as Tensor4D, filter as Tensor4D, stride, 'same');
              return out.mul(tf.tensor4d(dy, out.shape)).sum();
            })([tf.tensor4d(x, [1, 1, PLACES, from]), tf.tensor4d(f, [1, 1, from, to])]),
          );
          await expectEqual(dx, wanted);
          await expectEqual(df, product(transposed(seen, met.length, from), dy, from, met.length, to));
        }),
      );
    }
  }
});

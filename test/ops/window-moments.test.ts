import { expect } from 'chai';
import { windowCovariance, windowMoments } from '../../src/ops/window-moments.js';
import { Random } from '../../src/runtime/random.js';
import { tf, type Tensor3D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

const h = 17;
const w = 19;

/** A bright area with noise of one level: the case in which E[x^2] - E[x]^2 in float32 keeps few digits. */
function picture(seed: number, level: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: h * w }, (_, i) => (i % w < 5 ? level : level - random.below(3)));
}

/** Two-pass mean, variance and covariance in the mirrored window, in float64. */
function direct(a: number[], b: number[], y: number, x: number, rows: number, columns: number) {
  const mirror = (i: number, n: number): number => (i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i);
  const at: number[] = [];
  for (let i = -(rows - 1) / 2; i <= (rows - 1) / 2; i++)
    for (let j = -(columns - 1) / 2; j <= (columns - 1) / 2; j++) at.push(mirror(y + i, h) * w + mirror(x + j, w));
  const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const ma = mean(at.map((i) => a[i]));
  const mb = mean(at.map((i) => b[i]));
  return {
    mean: ma,
    variance: mean(at.map((i) => (a[i] - ma) ** 2)),
    covariance: mean(at.map((i) => (a[i] - ma) * (b[i] - mb))),
  };
}

onEveryBackend('windowMoments', () => {
  for (const window of [
    { height: 7, width: 7 },
    { height: 5, width: 11 },
    { height: 15, width: 15 },
  ]) {
    it(
      `keeps the digits of small variances in a ${window.height} x ${window.width} window`,
      leavesNoTensors(async () => {
        const values = [picture(1, 255), picture(2, 3)];
        const pictures = tf.tensor3d(values.flat(), [2, h, w]);
        const one = tf.tensor3d(picture(3, 250), [1, h, w]);
        const moments = windowMoments(pictures, window);
        const other = windowMoments(one, window);
        const covariance = windowCovariance({ picture: pictures, moments }, { picture: one, moments: other }, window);
        const [means, variances, covariances] = await Promise.all([
          moments.mean.data(),
          moments.variance.data(),
          covariance.data(),
        ]);
        for (let n = 0; n < 2; n++)
          for (let y = 0; y < h; y++)
            for (let x = 0; x < w; x++) {
              const want = direct(values[n], picture(3, 250), y, x, window.height, window.width);
              const i = (n * h + y) * w + x;
              expect(means[i]).to.be.closeTo(want.mean, 2e-5);
              expect(variances[i]).to.be.closeTo(want.variance, 1e-6);
              expect(covariances[i]).to.be.closeTo(want.covariance, 1e-6);
            }
        tf.dispose([pictures, one, covariance, ...Object.values(moments), ...Object.values(other)]);
      }),
    );
  }

  it(
    'gives a flat window a variance of exactly 0',
    leavesNoTensors(async () => {
      const flat = tf.fill([1, 9, 9], 201) as Tensor3D;
      const moments = windowMoments(flat, { height: 7, width: 7 });
      expect(Array.from(await moments.variance.data())).to.deep.equal(new Array(81).fill(0));
      tf.dispose([flat, ...Object.values(moments)]);
    }),
  );
});

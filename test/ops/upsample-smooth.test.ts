import { expect } from 'chai';
import { resample } from '../../src/ops/resample.js';
import { upsampleSmooth } from '../../src/ops/upsample-smooth.js';
import { tf, type Tensor3D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

/** scipy.ndimage.gaussian_filter1d along both axes, in float64: border `reflect`, cut at 4 sigma. */
function gaussianFilter(map: ArrayLike<number>, h: number, w: number, sigma: { y: number; x: number }): Float64Array {
  const mirror = (i: number, n: number): number => (i < 0 ? mirror(-1 - i, n) : i >= n ? mirror(2 * n - 1 - i, n) : i);
  const pass = (from: ArrayLike<number>, s: number, read: (y: number, x: number, k: number) => number) => {
    const radius = s === 0 ? 0 : Math.floor(4 * s + 0.5);
    const weights = Array.from({ length: 2 * radius + 1 }, (_, i) =>
      s === 0 ? 1 : Math.exp(-0.5 * ((i - radius) / s) ** 2),
    );
    const total = weights.reduce((a, b) => a + b);
    return Float64Array.from({ length: h * w }, (_, at) =>
      weights.reduce((sum, v, k) => sum + (v / total) * from[read(Math.floor(at / w), at % w, k - radius)], 0),
    );
  };
  const rows = pass(map, sigma.y, (y, x, k) => mirror(y + k, h) * w + x);
  return pass(rows, sigma.x, (y, x, k) => y * w + mirror(x + k, w));
}

onEveryBackend('upsampleSmooth', () => {
  for (const interpolation of ['bilinear', 'bicubic', 'nearest'] as const) {
    for (const sigma of [
      { y: 0, x: 0 },
      { y: 1.5, x: 0.7 },
      { y: 6, x: 3 },
    ]) {
      it(
        `is a ${interpolation} resize, then a Gaussian of ${sigma.y} x ${sigma.x}`,
        leavesNoTensors(async () => {
          const maps = tf.randomUniform([2, 4, 5], 0, 9, 'float32', 7) as Tensor3D;
          const size = { height: 13, width: 17 };
          const resized = tf.tidy(() => resample(maps.as4D(2, 4, 5, 1), size, { interpolation }));
          const out = upsampleSmooth(maps, size, { interpolation, sigma });
          expect(out.shape).to.deep.equal([2, 13, 17]);
          const plain = await resized.data();
          const got = await out.data();
          for (let n = 0; n < 2; n++) {
            const want = gaussianFilter(plain.slice(n * 221, n * 221 + 221), 13, 17, sigma);
            for (let i = 0; i < 221; i++) expect(got[n * 221 + i]).to.be.closeTo(want[i], 1e-5);
          }
          tf.dispose([maps, resized, out]);
        }),
      );
    }
  }

  it(
    'leaves a constant map constant and copies a map of the same size',
    leavesNoTensors(async () => {
      const maps = tf.fill([1, 3, 3], 2) as Tensor3D;
      const options = { interpolation: 'bilinear', sigma: { y: 2, x: 2 } } as const;
      const wide = upsampleSmooth(maps, { height: 20, width: 5 }, options);
      for (const value of await wide.data()) expect(value).to.be.closeTo(2, 1e-6);
      const same = upsampleSmooth(maps, { height: 3, width: 3 }, { interpolation: 'nearest', sigma: { y: 0, x: 0 } });
      maps.dispose();
      expect(Array.from(await same.data())).to.deep.equal(Array(9).fill(2));
      tf.dispose([wide, same]);
    }),
  );

  it(
    'mirrors without the edge pixel where it is told, as anomalib blurs its maps',
    leavesNoTensors(async () => {
      const maps = tf.tensor3d(
        Array.from({ length: 20 }, (_, i) => ((i * 37) % 101) / 10),
        [1, 4, 5],
      );
      const options = { interpolation: 'nearest', sigma: { y: 4, x: 4 }, border: 'reflect101' } as const;
      const out = upsampleSmooth(maps, { height: 32, width: 40 }, options);
      const got = await out.data();
      // PyTorch in float64: F.interpolate(nearest), F.pad(16, mode='reflect'), conv2d with a 33 x 33 Gaussian of sigma 4.
      const torch = [
        [0, 0, 0.690736],
        [0, 39, 4.412264],
        [31, 0, 5.287736],
        [31, 39, 9.009264],
        [5, 7, 2.745825],
        [16, 20, 4.967103],
        [1, 38, 4.379345],
        [30, 2, 5.393028],
      ];
      for (const [y, x, value] of torch) expect(got[y * 40 + x], `(${y}, ${x})`).to.be.closeTo(value, 1e-5);
      tf.dispose([maps, out]);
    }),
  );

  it(
    'refuses a negative sigma',
    leavesNoTensors(() => {
      const maps = tf.zeros([1, 2, 2]) as Tensor3D;
      const options = { interpolation: 'bilinear', sigma: { y: -1, x: 0 } } as const;
      expect(() => upsampleSmooth(maps, { height: 2, width: 2 }, options)).to.throw(/0 or more pixels, got y -1/);
      maps.dispose();
    }),
  );
});

import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boxBlur } from '../../src/ops/box.js';
import { gaussianBlur } from '../../src/ops/gaussian.js';
import { opencvGaussianKernel } from '../../src/ops/gaussian-kernel.js';
import { tf, type Tensor3D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { readNpy } from '../support/npy.js';
import { shared } from '../support/shared.js';

/** OpenCV's reflect-101 by walking: step back from each end as often as needed. */
const mirror = (i: number, n: number): number =>
  n === 1 ? 0 : i < 0 ? mirror(-i, n) : i >= n ? mirror(2 * n - 2 - i, n) : i;

/** Two-dimensional correlation by its definition, in float64. */
function correlate(
  map: ArrayLike<number>,
  h: number,
  w: number,
  taps: ArrayLike<number>,
  anchor: number,
): Float64Array {
  const out = new Float64Array(h * w);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (let i = 0; i < taps.length; i++)
        for (let j = 0; j < taps.length; j++)
          out[y * w + x] += taps[i] * taps[j] * map[mirror(y + i - anchor, h) * w + mirror(x + j - anchor, w)];
  return out;
}

const noise = (h: number, w: number): Tensor3D => tf.randomUniform([2, h, w], 0, 3, 'float32', 5) as Tensor3D;

async function expectBoth(got: Tensor3D, maps: Tensor3D, taps: ArrayLike<number>, anchor: number): Promise<void> {
  const [n, h, w] = maps.shape;
  const from = await maps.data();
  const values = await got.data();
  for (let k = 0; k < n; k++) {
    const want = correlate(from.slice(k * h * w, (k + 1) * h * w), h, w, taps, anchor);
    for (let i = 0; i < h * w; i++) expect(values[k * h * w + i]).to.be.closeTo(want[i], 3e-6);
  }
}

onEveryBackend('boxBlur', () => {
  for (const k of [2, 3, 4, 7, 15]) {
    it(
      `is the mean of ${k} x ${k} pixels, also where the window is larger than the map`,
      leavesNoTensors(async () => {
        const maps = noise(6, 9);
        const out = boxBlur(maps, k);
        await expectBoth(out, maps, new Array<number>(k).fill(1 / k), k >> 1);
        tf.dispose([maps, out]);
      }),
    );
  }

  it(
    'copies a map for windows of 1 or less, and refuses a fraction',
    leavesNoTensors(async () => {
      const maps = noise(2, 2);
      const out = boxBlur(maps, 0);
      expect(Array.from(await out.data())).to.deep.equal(Array.from(await maps.data()));
      expect(() => boxBlur(maps, 2.5)).to.throw(/whole number of pixels, got 2.5/);
      tf.dispose([maps, out]);
    }),
  );
});

onEveryBackend('gaussianBlur', () => {
  it(
    'takes the fixed tables of OpenCV, and grows an even size',
    leavesNoTensors(async () => {
      const maps = noise(5, 6);
      const three = gaussianBlur(maps, { ksize: 3, sigma: 0 });
      await expectBoth(three, maps, [0.25, 0.5, 0.25], 1);
      const five = gaussianBlur(maps, { ksize: 4, sigma: 0 });
      await expectBoth(five, maps, [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16], 2);
      tf.dispose([maps, three, five]);
    }),
  );

  it(
    'samples the Gaussian when sigma is given',
    leavesNoTensors(async () => {
      const maps = noise(5, 6);
      const out = gaussianBlur(maps, { ksize: 0, sigma: 0.4 });
      const raw = [-2, -1, 0, 1, 2].map((x) => Math.exp(-0.5 * (x / 0.4) ** 2));
      const sum = raw.reduce((a, b) => a + b);
      await expectBoth(
        out,
        maps,
        raw.map((v) => v / sum),
        2,
      );
      tf.dispose([maps, out]);
    }),
  );

  it(
    'refuses what is no size',
    leavesNoTensors(() => {
      const maps = noise(2, 2);
      expect(() => gaussianBlur(maps, { ksize: 1.5, sigma: 1 })).to.throw(/whole number of taps/);
      expect(() => gaussianBlur(maps, { ksize: 3, sigma: NaN })).to.throw(/finite sigma/);
      maps.dispose();
    }),
  );
});

describe('opencvGaussianKernel', () => {
  it('chooses size and sigma from each other', () => {
    expect(opencvGaussianKernel(0, 2.5)).to.have.length(21);
    expect(opencvGaussianKernel(0, 0)).to.deep.equal(new Float64Array([1]));
    const kernel = opencvGaussianKernel(11, 0); // sigma 0.3 (5 - 1) + 0.8 = 2
    expect(kernel[4] / kernel[5]).to.be.closeTo(Math.exp(-1 / 8), 1e-12);
    for (const k of [1, 3, 5, 7, 9, 11]) {
      expect(opencvGaussianKernel(k, 0).reduce((a, b) => a + b, 0)).to.be.closeTo(1, 1e-12);
    }
  });
});

const index = shared('golden', 'index.json');
if (index !== null) {
  const { cases } = JSON.parse(readFileSync(index, 'utf8')) as {
    cases: { id: string; category: string; name: string }[];
  };
  onEveryBackend('blur of the reference maps', () => {
    for (const { id, name } of cases.filter((c) => /smoothing_(gaussian|box)/.test(c.category))) {
      const folder = join(index, '..', 'cases', id);
      it(
        name,
        leavesNoTensors(async () => {
          const { config } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {
            config: Record<string, never>;
          };
          const { shape, data } = readNpy(join(folder, 'map.npy'));
          const want = readNpy(join(folder, 'smoothed.npy')).data as Float32Array;
          const maps = tf.tensor3d(data as Float32Array, [1, shape[0], shape[1]]);
          const ksize: number = config.map_smoothing_ksize;
          const out =
            config.map_smoothing_method === 'box'
              ? boxBlur(maps, ksize)
              : gaussianBlur(maps, { ksize, sigma: config.map_smoothing_sigma });
          const got = await out.data();
          let worst = 0;
          for (let i = 0; i < want.length; i++) worst = Math.max(worst, Math.abs(got[i] - want[i]));
          expect(worst).to.be.below(5e-7);
          tf.dispose([maps, out]);
        }),
      );
    }
  });
}

import { expect } from 'chai';
import { ShapeError } from '../../../src/errors.js';
import { FilterbankExtractor } from '../../../src/models/backbones/filterbank.js';
import { gaborPairs, laplacian } from '../../../src/models/backbones/filters.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

const SIDE = 16;
const mirror = (i: number) => (i < 0 ? -i : i >= SIDE ? 2 * (SIDE - 1) - i : i);

/** The features of one scale in double precision, with plain loops: `[SIDE / 4][SIDE / 4][12]`. */
function reference(rgb: number[][][]): number[][][] {
  const gray = rgb.map((row) => row.map(([r, g, b]) => (r + g + b) / 3 / 255));
  const at = (y: number, x: number) => gray[mirror(y)][mirror(x)];
  const filters = [...gaborPairs(6, 4, 1.6), laplacian(1)];
  const pixel = (y: number, x: number) => {
    const responses = filters.map((f) =>
      f.reduce((s, v, i) => s + v * at(y + Math.floor(i / 7) - 3, x + (i % 7) - 3), 0),
    );
    let [sum, squares] = [0, 0];
    for (let a = -7; a <= 7; a++) {
      for (let b = -7; b <= 7; b++) {
        sum += at(y + a, x + b) / 225;
        squares += at(y + a, x + b) ** 2 / 225;
      }
    }
    const contrast = Math.sqrt(Math.max(0, squares - sum * sum) + 1e-6) + 0.03;
    const energies = Array.from({ length: 6 }, (_, i) => Math.hypot(responses[i], responses[i + 6], 1e-3));
    const strengths = [...energies, Math.max(0, responses[12]), Math.max(0, -responses[12])];
    const [r, g, b] = rgb[y][x].map((v) => v / 255);
    return [...strengths.map((s) => Math.log(s / contrast + 0.1)), gray[y][x], r - g, (r + g) / 2 - b, gray[y][x] ** 2];
  };
  return Array.from({ length: SIDE / 4 }, (_, i) =>
    Array.from({ length: SIDE / 4 }, (_, j) => {
      const cells = Array.from({ length: 16 }, (_, k) => pixel(4 * i + Math.floor(k / 4), 4 * j + (k % 4)));
      const mean = cells[0].map((_, c) => cells.reduce((s, cell) => s + cell[c], 0) / 16);
      return [...mean.slice(0, 11), Math.sqrt(Math.max(0, mean[11] - mean[8] ** 2) + 1e-6)];
    }),
  );
}

onEveryBackend('filterbank', () => {
  it(
    'has the responses that its description says',
    leavesNoTensors(async () => {
      const random = new Random(2);
      const rgb = Array.from({ length: SIDE }, () =>
        Array.from({ length: SIDE }, () => [0, 1, 2].map(() => random.uniform(0, 255))),
      );
      const extractor = new FilterbankExtractor({ name: 'filterbank', stride: 4, levels: 1 });
      const x = tf.tensor4d([rgb]);
      const [features] = extractor.extract(x);
      const got = (await features.array())[0];
      reference(rgb).forEach((row, i) =>
        row.forEach((cell, j) => cell.forEach((v, c) => expect(got[i][j][c], `${i} ${j} ${c}`).to.be.closeTo(v, 2e-4))),
      );
      tf.dispose([x, features]);
      extractor.dispose();
    }),
  );

  it(
    'gives every scale on the grid of its tap',
    leavesNoTensors(async () => {
      for (const [stride, levels, channels] of [
        [4, 2, 24],
        [8, 3, 36],
        [8, 9, 48],
      ]) {
        const extractor = new FilterbankExtractor({ name: 'filterbank', stride, levels });
        const x = tf.randomUniform([2, 64, 96, 3], 0, 255) as Tensor4D;
        const [features] = extractor.extract(x);
        expect(features.shape).to.deep.equal([2, 64 / stride, 96 / stride, channels]);
        expect(extractor.taps[0]).to.include({ stride, channels });
        tf.dispose([x, features]);
        extractor.dispose();
      }
    }),
  );

  it(
    'keeps its relative energies when the light is dimmed, and sees no edge at the border of a flat picture',
    leavesNoTensors(async () => {
      const extractor = new FilterbankExtractor({ name: 'filterbank', stride: 8, levels: 1 });
      const energies = async (x: Tensor4D) => {
        const [features] = extractor.extract(x);
        const values = await features.slice([0, 0, 0, 0], [-1, -1, -1, 6]).array();
        features.dispose();
        return values[0].flat(2);
      };
      const x = tf.randomUniform([1, 32, 32, 3], 0, 255, 'float32', 4) as Tensor4D;
      const dim = x.mul(0.7) as Tensor4D;
      const [bright, dimmed] = [await tidied(energies, x), await tidied(energies, dim)];
      bright.forEach((v, i) => expect(dimmed[i]).to.be.closeTo(v, 0.15));
      const flat = tf.fill([1, 32, 32, 3], 77) as Tensor4D;
      const values = await tidied(energies, flat);
      values.forEach((v) => expect(v).to.be.closeTo(values[0], 1e-3));
      tf.dispose([x, dim, flat]);
      extractor.dispose();
    }),
  );

  it('refuses pictures that are too small for its scales', () => {
    const extractor = new FilterbankExtractor({ name: 'filterbank', stride: 8, levels: 3 });
    const x = tf.zeros([1, 24, 64, 3]) as Tensor4D;
    expect(() => extractor.extract(x)).to.throw(ShapeError, '32 pixels or more');
    x.dispose();
    extractor.dispose();
  });
});

/** Runs a function whose intermediate slice would stay behind. */
async function tidied<T>(fn: (x: Tensor4D) => Promise<T>, x: Tensor4D): Promise<T> {
  tf.engine().startScope();
  try {
    return await fn(x);
  } finally {
    tf.engine().endScope();
  }
}

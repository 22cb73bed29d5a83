import { expect } from 'chai';
import { structuralSimilarity } from '../../src/ops/structural-similarity.js';
import { Random } from '../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

const [H, W] = [9, 13];

/** The formula at every place, from sums in float64. */
function reference(a: number[], b: number[]): number[] {
  const weight = (d: number) => Math.exp(-(d ** 2) / (2 * 1.5 ** 2));
  const mirrored = (i: number, length: number) => (i < 0 ? -i : i >= length ? 2 * length - 2 - i : i);
  return a.map((_, place) => {
    const [row, column] = [Math.floor(place / W), place % W];
    const sums = { w: 0, a: 0, b: 0, aa: 0, bb: 0, ab: 0 };
    for (let dy = -5; dy <= 5; dy++) {
      for (let dx = -5; dx <= 5; dx++) {
        const at = mirrored(row + dy, H) * W + mirrored(column + dx, W);
        const w = weight(dy) * weight(dx);
        sums.w += w;
        sums.a += w * a[at];
        sums.b += w * b[at];
        sums.aa += w * a[at] ** 2;
        sums.bb += w * b[at] ** 2;
        sums.ab += w * a[at] * b[at];
      }
    }
    const [ma, mb] = [sums.a / sums.w, sums.b / sums.w];
    const [va, vb, cov] = [sums.aa / sums.w - ma ** 2, sums.bb / sums.w - mb ** 2, sums.ab / sums.w - ma * mb];
    return ((2 * ma * mb + 1e-4) * (2 * cov + 9e-4)) / ((ma ** 2 + mb ** 2 + 1e-4) * (va + vb + 9e-4));
  });
}

onEveryBackend('structuralSimilarity', () => {
  it(
    'is what its formula gives at every place, for every channel alone',
    leavesNoTensors(async () => {
      const random = new Random(7);
      const draw = () => Array.from({ length: H * W }, () => random.uniform());
      const [a, b, c] = [draw(), draw(), draw()];
      const joined = (one: number[], other: number[]) =>
        tf.tidy(() => tf.stack([tf.tensor2d(one, [H, W]), tf.tensor2d(other, [H, W])], 2).expandDims(0) as Tensor4D);
      const [x, y] = [joined(a, c), joined(b, c)];
      const got = structuralSimilarity(x, y);
      const values = await got.data();
      for (const [place, want] of reference(a, b).entries()) {
        expect(values[2 * place], `place ${place}`).to.be.closeTo(want, 1e-4);
        expect(values[2 * place + 1]).to.be.closeTo(1, 1e-4);
      }
      tf.dispose([x, y, got]);
    }),
  );

  it(
    'refuses pictures smaller than its window reaches',
    leavesNoTensors(() => {
      const x = tf.zeros([1, 5, 20, 1]) as Tensor4D;
      expect(() => structuralSimilarity(x, x)).to.throw(/expected sides of more than 5 pixels, got 5 x 20/);
      x.dispose();
    }),
  );
});

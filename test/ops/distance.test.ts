import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { augmentRows, directSquaredDistances, proximity, squaredDistances } from '../../src/ops/distance.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

const squared = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0);

onEveryBackend('pairwise distances', () => {
  it(
    'equal the sum of squared differences',
    leavesNoTensors(async () => {
      const random = new Random(1);
      const matrix = (n: number) => Array.from({ length: n }, () => Array.from({ length: 7 }, () => random.normal()));
      const [a, b] = [matrix(5), matrix(9)];
      const [x, y] = [tf.tensor2d(a), tf.tensor2d(b)];
      const got = squaredDistances(x, y);
      const values = await got.array();
      for (const [i, row] of values.entries()) {
        for (const [j, value] of row.entries()) expect(value).to.be.closeTo(squared(a[i], b[j]), 1e-4);
      }
      tf.dispose([x, y, got]);
    }),
  );

  it(
    'has the stated augmented form',
    leavesNoTensors(async () => {
      const rows = tf.tensor2d([
        [1, 2],
        [3, 4],
        [0, -2],
      ]);
      const augmented = augmentRows(rows);
      expect(await augmented.array()).to.deep.equal([
        [1, 3, 0],
        [2, 4, -2],
        [-2.5, -12.5, -2],
      ]);
      const query = tf.tensor2d([[1, 1]]);
      const near = proximity(query, augmented);
      expect(await near.array()).to.deep.equal([[0.5, -5.5, -4]]);
      tf.dispose([rows, augmented, query, near]);
    }),
  );

  it(
    'from differences are exact for near duplicates far from the origin',
    leavesNoTensors(async () => {
      const query = tf.tensor2d([[1000, 1000, 1000]]);
      const candidates = tf.tensor3d([
        [
          [1000, 1000, 1000],
          [1000, 1000.0625, 1000],
        ],
      ]);
      const got = directSquaredDistances(query, candidates);
      expect(await got.array()).to.deep.equal([[0, 0.00390625]]);
      tf.dispose([query, candidates, got]);
    }),
  );

  it('refuses other widths and blocks over the budget', () => {
    const [x, y, large] = [tf.zeros([2, 3]), tf.zeros([5, 5]), tf.zeros([5000, 3])];
    expect(() => proximity(x as never, y as never)).to.throw(ShapeError, '3 features');
    expect(() => squaredDistances(large as never, large as never)).to.throw(ShapeError, 'too large');
    tf.dispose([x, y, large]);
  });
});

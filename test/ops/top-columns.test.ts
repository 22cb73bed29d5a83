import { expect } from 'chai';
import { topColumns } from '../../src/ops/top-columns.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

onEveryBackend('topColumns', () => {
  for (const [q, n, k] of [
    [3, 1, 1],
    [5, 4096, 1],
    [4, 1024, 12],
    [2, 640, 640],
    [3, 77, 5],
  ]) {
    it(
      `gives the ${k} largest of ${n} values with their columns`,
      leavesNoTensors(async () => {
        const random = new Random(n + k);
        const rows = Array.from({ length: q }, () => Array.from({ length: n }, () => Math.fround(random.normal())));
        const x = tf.tensor2d(rows);
        const { values, indices } = topColumns(x, k);
        const [got, columns] = [await values.array(), await indices.array()];
        rows.forEach((row, i) => {
          const order = row.map((_, column) => column).sort((a, b) => row[b] - row[a]);
          expect(columns[i]).to.deep.equal(order.slice(0, k));
          expect(got[i]).to.deep.equal(order.slice(0, k).map((column) => row[column]));
        });
        tf.dispose([x, values, indices]);
      }),
    );
  }

  it(
    'takes equal values from the lowest groups',
    leavesNoTensors(async () => {
      const x = tf.ones([2, 2048]) as ReturnType<typeof tf.tensor2d>;
      const { values, indices } = topColumns(x, 3);
      expect((await indices.array()).map((row) => row.sort((a, b) => a - b))).to.deep.equal([
        [0, 1, 2],
        [0, 1, 2],
      ]);
      tf.dispose([x, values, indices]);
    }),
  );
});

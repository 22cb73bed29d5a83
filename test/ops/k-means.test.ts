import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { kMeans } from '../../src/ops/k-means.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

onEveryBackend('kMeans', () => {
  const groups = [
    [0, 0],
    [10, 0],
    [0, 20],
  ];
  const rows = groups.flatMap(([x, y]) => [
    [x - 1, y],
    [x + 1, y],
    [x, y + 3],
  ]);

  it(
    'settles where every centre is the mean of the rows that are nearest to it',
    leavesNoTensors(async () => {
      const x = tf.tensor2d(rows);
      for (let seed = 0; seed < 4; seed++) {
        const tensor = await kMeans(x, 3, new Random(seed));
        const centres = await tensor.array();
        tensor.dispose();
        const nearest = rows.map((row) => {
          const distances = centres.map((c) => Math.hypot(c[0] - row[0], c[1] - row[1]));
          return distances.indexOf(Math.min(...distances));
        });
        centres.forEach((centre, i) => {
          const own = rows.filter((_, at) => nearest[at] === i);
          for (const axis of [0, 1])
            expect(centre[axis]).to.be.closeTo(own.reduce((sum, row) => sum + row[axis], 0) / own.length, 1e-5);
        });
      }
      x.dispose();
    }),
  );

  it(
    'keeps a centre that loses all rows, and gives every row back where there are as many clusters',
    leavesNoTensors(async () => {
      const same = tf.tensor2d([
        [1, 2],
        [1, 2],
        [1, 2],
      ]);
      const centres = await kMeans(same, 2, new Random(0));
      expect(await centres.array()).to.deep.equal([
        [1, 2],
        [1, 2],
      ]);
      expect(await kMeans(same, 4, new Random(0)).catch((e: unknown) => e)).to.be.instanceOf(ShapeError);
      tf.dispose([same, centres]);
    }),
  );
});

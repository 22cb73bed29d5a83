import { expect } from 'chai';
import { topMean } from '../../src/ops/top-mean.js';
import { tf, type Tensor, type Tensor2D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { expectGradients } from '../support/gradient-check.js';

onEveryBackend('topMean', () => {
  it(
    'is the mean of the highest values of every row, and moves by them alone',
    leavesNoTensors(async () => {
      const rows = tf.tensor2d([
        [1, 4, 2, 3],
        [-1, -5, -3, -2],
      ]);
      const mean = topMean(rows, 2);
      expect(await mean.array()).to.deep.equal([3.5, -1.5]);
      const slope = tf.tidy(() => tf.grad((x: Tensor) => topMean(x as Tensor2D, 2).mul(tf.tensor1d([1, 4])))(rows));
      expect(await slope.array()).to.deep.equal([
        [0, 0.5, 0, 0.5],
        [2, 0, 0, 2],
      ]);
      await expectGradients(
        (values) =>
          tf.tidy(() =>
            topMean(values.rows as Tensor2D, 3)
              .square()
              .sum(),
          ),
        { rows },
      );
      tf.dispose([rows, mean, slope]);
    }),
  );
});

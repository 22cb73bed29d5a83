import { expect } from 'chai';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { tf, type Tensor2D } from '../../../src/runtime/tf.js';

onEveryBackend('round', () => {
  it(
    'leaves whole numbers as they are',
    leavesNoTensors(async () => {
      const out = tf.tidy(() => tf.tensor1d([-3, 0, 7], 'int32').round());
      expect(Array.from(await out.data())).to.deep.equal([-3, 0, 7]);
      expect(out.dtype).to.equal('int32');
      out.dispose();
    }),
  );

  it(
    'rounds halves to even',
    leavesNoTensors(async () => {
      const out = tf.tidy(() => tf.tensor1d([-1.5, 0.5, 1.4, 2.5]).round());
      expect(Array.from(await out.data())).to.deep.equal([-2, 0, 1, 2]);
      out.dispose();
    }),
  );
});

onEveryBackend('gather', () => {
  it(
    'has a gradient that counts repeated rows',
    leavesNoTensors(async () => {
      const gradient = tf.tidy(() =>
        tf.grad((x) => {
          const rows = tf.gather(x as Tensor2D, tf.tensor1d([2, 0, 2], 'int32'));
          return rows
            .mul(
              tf.tensor2d([
                [1, 2],
                [10, 20],
                [100, 200],
              ]),
            )
            .sum();
        })(tf.zeros([4, 2])),
      );
      expect(await gradient.array()).to.deep.equal([
        [10, 20],
        [0, 0],
        [101, 202],
        [0, 0],
      ]);
      gradient.dispose();
    }),
  );

  it(
    'sums segments and drops negative ones',
    leavesNoTensors(async () => {
      const out = tf.tidy(() =>
        tf.unsortedSegmentSum(
          tf.tensor2d([
            [1, 2],
            [3, 4],
            [5, 6],
          ]),
          tf.tensor1d([1, -1, 1], 'int32'),
          3,
        ),
      );
      expect(await out.array()).to.deep.equal([
        [0, 0],
        [6, 8],
        [0, 0],
      ]);
      out.dispose();
    }),
  );
});

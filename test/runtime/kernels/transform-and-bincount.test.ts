import { expect } from 'chai';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { tf } from '../../../src/runtime/tf.js';
import { expectClose } from './expect-close.js';

onEveryBackend('transform', () => {
  const picture = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  it(
    'moves a picture by one column and fills with the given value',
    leavesNoTensors(async () => {
      const out = tf.tidy(() =>
        tf.image.transform(
          tf.tensor4d(picture, [1, 3, 3, 1]),
          tf.tensor2d([[1, 0, 1, 0, 1, 0, 0, 0]]),
          'nearest',
          'constant',
          -1,
        ),
      );
      expect(Array.from(await out.data())).to.deep.equal([2, 3, -1, 5, 6, -1, 8, 9, -1]);
      out.dispose();
    }),
  );

  it(
    'interpolates half a pixel and gives the size that is asked for',
    leavesNoTensors(async () => {
      const out = tf.tidy(() =>
        tf.image.transform(
          tf.tensor4d(picture, [1, 3, 3, 1]),
          tf.tensor2d([[1, 0, 0.5, 0, 1, 0, 0, 0]]),
          'bilinear',
          'nearest',
          0,
          [2, 2],
        ),
      );
      expect(out.shape).to.deep.equal([1, 2, 2, 1]);
      expectClose(await out.data(), [1.5, 2.5, 4.5, 5.5]);
      out.dispose();
    }),
  );
});

onEveryBackend('denseBincount', () => {
  it(
    'counts every row for itself',
    leavesNoTensors(async () => {
      const out = tf.tidy(() =>
        tf.denseBincount(
          tf.tensor2d(
            [
              [0, 1, 1],
              [2, 2, 2],
            ],
            [2, 3],
            'int32',
          ),
          [],
          3,
        ),
      );
      expect(await out.array()).to.deep.equal([
        [1, 2, 0],
        [0, 0, 3],
      ]);
      out.dispose();
    }),
  );

  it(
    'adds weights',
    leavesNoTensors(async () => {
      const out = tf.tidy(() => tf.denseBincount(tf.tensor1d([0, 2, 2], 'int32'), tf.tensor1d([0.5, 1, 2]), 4));
      expect(await out.array()).to.deep.equal([0.5, 0, 3, 0]);
      out.dispose();
    }),
  );
});

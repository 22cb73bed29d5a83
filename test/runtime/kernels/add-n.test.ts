import { expect } from 'chai';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

onEveryBackend('sums of many tensors', () => {
  for (const count of [1, 7, 8, 13, 47]) {
    it(
      `${count}`,
      leavesNoTensors(async () => {
        const sum = tf.tidy(() => tf.addN([...Array(count).keys()].map((i) => tf.tensor1d([i, 1, 2 * i]))));
        const all = (count * (count - 1)) / 2;
        expect([...(await sum.data())]).to.deep.equal([all, count, 2 * all]);
        sum.dispose();
      }),
    );
  }
});

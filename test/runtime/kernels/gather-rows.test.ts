import { expect } from 'chai';
import { tf, type Tensor, type Tensor1D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

onEveryBackend('gather of rows', (backend) => {
  it(
    'gives rows by number, in the shape of the numbers',
    leavesNoTensors(async () => {
      const x = tf.tensor3d([...Array(24).keys()], [4, 2, 3]) as Tensor;
      const rows = tf.tensor2d([3, 0, 0, 2], [2, 2], 'int32') as Tensor;
      const got = tf.gather(x, rows as Tensor1D);
      expect(got.shape).to.deep.equal([2, 2, 2, 3]);
      const wanted = [3, 0, 0, 2].flatMap((row) => [...Array(6).keys()].map((i) => 6 * row + i));
      expect([...(await got.data())]).to.deep.equal(wanted);
      tf.dispose([x, rows, got]);
    }),
  );

  for (const dtype of ['int32', 'bool'] as const) {
    it(
      `keeps ${dtype}, and takes single values`,
      leavesNoTensors(async () => {
        const x = tf.tensor1d([1, 0, 1], dtype);
        const rows = tf.tensor1d([1, 2], 'int32');
        const got = tf.gather(x as Tensor, rows);
        expect(got.dtype).to.equal(dtype);
        expect([...(await got.data())].map(Number)).to.deep.equal([0, 1]);
        tf.dispose([x, rows, got]);
      }),
    );
  }

  it(
    'takes columns too, and the gradient of rows',
    leavesNoTensors(async () => {
      const x = tf.tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const columns = tf.tensor1d([2, 0], 'int32');
      const got = tf.gather(x as Tensor, columns, 1);
      expect(await got.array()).to.deep.equal([
        [3, 1],
        [6, 4],
      ]);
      const rows = tf.tensor1d([1, 1], 'int32');
      const gradient = tf.grad((y: Tensor) => tf.gather(y, rows).sum())(x as Tensor);
      expect(await gradient.array()).to.deep.equal([
        [0, 0, 0],
        [2, 2, 2],
      ]);
      tf.dispose([x, columns, got, rows, gradient]);
    }),
  );

  it('refuses rows that are not there', function () {
    if (backend === 'webgpu') return this.skip(); // nothing comes back from there that could say so
    const x = tf.zeros([2, 8]) as Tensor;
    for (const row of [2, -1]) {
      const rows = tf.tensor1d([row], 'int32');
      expect(() => tf.gather(x, rows)).to.throw();
      rows.dispose();
    }
    x.dispose();
  });
});

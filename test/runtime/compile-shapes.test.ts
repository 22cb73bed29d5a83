import { expect } from 'chai';
import { compiled } from '../../src/runtime/compile/compiled.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onSynchronousBackends } from '../support/backends.js';

onSynchronousBackends('compiled', (backend) => {
  const native = backend === 'tensorflow';

  it(
    'records once for each set of shapes and types',
    leavesNoTensors(async () => {
      let calls = 0;
      const double = compiled(([x]) => (calls++, tf.add(x, x)), { name: 'double' });
      const inputs = [tf.ones([2, 3]), tf.ones([4, 3]), tf.ones([2, 3], 'int32')];
      for (let round = 0; round < 3; round++) {
        for (const input of inputs) {
          const [out] = await double.run([input]);
          expect(out.shape).to.deep.equal(input.shape);
          expect(out.dtype).to.equal(input.dtype);
          expect(out.dataSync()[0]).to.equal(2);
          out.dispose();
        }
      }
      expect(calls).to.equal(native ? 6 : 9); // recorded and checked, or run
      expect(double.why).to.equal(null);
      double.dispose();
      tf.dispose(inputs);
    }),
  );

  it(
    'serves callers that ask at the same time, for one shape or for more than it keeps',
    leavesNoTensors(async () => {
      let calls = 0;
      const double = compiled(([x]) => (calls++, tf.add(x, x)), { name: 'double', maxShapes: 1 });
      const inputs = [1, 1, 2, 3, 1].map((n) => tf.fill([n], n));
      const results = await Promise.all(inputs.map((input) => double.run([input])));
      expect(results.map(([out]) => [...out.dataSync()])).to.deep.equal([[2], [2], [4, 4], [6, 6, 6], [2]]);
      const before = calls;
      for (const n of [0, 1]) tf.dispose(await double.run([inputs[n]]));
      expect(calls - before).to.be.at.most(2);
      double.dispose();
      tf.dispose([inputs, results]);
    }),
  );

  it(
    'forgets the shape that was not used for longest',
    leavesNoTensors(async () => {
      if (!native) return;
      const recorded: string[] = [];
      const double = compiled(([x]) => (recorded.push(x.shape.join()), tf.mul(x, 2)), { maxShapes: 2 });
      const inputs = [1, 2, 1, 3, 1, 2].map((n) => tf.ones([n]));
      for (const input of inputs) tf.dispose(await double.run([input]));
      // Recorded and checked; what was forgotten is recorded again, but its graph is known.
      expect(recorded).to.deep.equal(['1', '1', '2', '2', '3', '3', '2']);
      double.dispose();
      tf.dispose(inputs);
    }),
  );

  it(
    'runs the function itself where it cannot be recorded, and says why',
    leavesNoTensors(async () => {
      const scaled = compiled(([x]) => tf.div(x, tf.max(x).dataSync()[0]), { name: 'scaled' });
      const input = tf.tensor1d([2, 4]);
      for (let round = 0; round < 2; round++) {
        const [out] = await scaled.run([input]);
        expect([...out.dataSync()]).to.deep.equal([0.5, 1]);
        out.dispose();
      }
      if (native) expect(scaled.why).to.match(/^scaled: cannot be compiled because it reads/);
      else expect(scaled.why).to.equal(null);
      scaled.dispose();
      input.dispose();
    }),
  );

  it(
    'passes on what the function throws, every time',
    leavesNoTensors(async () => {
      const broken = compiled(() => {
        throw new RangeError('on purpose');
      });
      const input = tf.ones([2]);
      for (let round = 0; round < 2; round++) {
        const error = await broken.run([input]).catch((e: Error) => e);
        expect(error).to.be.instanceOf(RangeError);
      }
      broken.dispose();
      input.dispose();
    }),
  );

  it(
    'can be used again after it was disposed',
    leavesNoTensors(async () => {
      const negative = compiled(([x]) => tf.neg(x));
      const input = tf.ones([2]);
      for (let round = 0; round < 2; round++) {
        tf.dispose(await negative.run([input]));
        negative.dispose();
      }
      input.dispose();
    }),
  );
});

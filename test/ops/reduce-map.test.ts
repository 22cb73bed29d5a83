import { expect } from 'chai';
import { reduceMap } from '../../src/ops/reduce-map.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

onEveryBackend('reduceMap', () => {
  it(
    'takes the largest, the mean, and the mean of the largest share',
    leavesNoTensors(async () => {
      const random = new Random(3);
      const values = Array.from({ length: 2 * 33 * 47 }, () => random.normal());
      const maps = tf.tensor3d(values, [2, 33, 47]);
      for (const [topk, k] of [
        [0.01, 16], // 15.51 pixels
        [0.1, 156],
        [1, 1551],
        [1e-5, 1],
      ]) {
        const out = reduceMap(maps, { method: 'topk_mean', topk });
        const got = await out.data();
        for (let n = 0; n < 2; n++) {
          const sorted = values.slice(n * 1551, (n + 1) * 1551).sort((a, b) => b - a);
          expect(got[n]).to.be.closeTo(sorted.slice(0, k).reduce((a, b) => a + b) / k, 1e-5);
        }
        out.dispose();
      }
      const max = reduceMap(maps, { method: 'max', topk: 0.5 });
      expect((await max.data())[1]).to.equal(Math.fround(Math.max(...values.slice(1551))));
      const mean = reduceMap(maps, { method: 'mean', topk: 0.5 });
      expect((await mean.data())[0]).to.be.closeTo(values.slice(0, 1551).reduce((a, b) => a + b) / 1551, 1e-6);
      expect(() => reduceMap(maps, { method: 'topk_mean', topk: 0 })).to.throw(/above 0 and at most 1, got 0/);
      tf.dispose([maps, max, mean]);
    }),
  );
});

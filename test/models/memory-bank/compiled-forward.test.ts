import { expect } from 'chai';
import { CompiledForward } from '../../../src/models/memory-bank/compiled-forward.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

onEveryBackend('CompiledForward', () => {
  it(
    'gives for many pictures what it gives for each, however it takes them',
    leavesNoTensors(async () => {
      const shapes: string[] = [];
      const forward = new CompiledForward('means', (x) => {
        shapes.push(x.shape.join('x'));
        const [n, h, w, c] = x.shape;
        const places = (x as Tensor4D)
          .reshape([n, h * w, c])
          .slice([0, 0, 0], [-1, 2, -1])
          .reshape([n * 2, c]);
        return [x.mean([1, 2, 3]), places, x.max([1, 2, 3]).sum()];
      });
      // 448 x 448 pixels are a quarter of what is run at once: 2 + 2 + 1.
      const x = tf.tidy(() => tf.range(0, 5).reshape([5, 1, 1, 1]).tile([1, 448, 448, 1]));
      const [means, places, sum] = await forward.run(x);
      expect([...new Set(shapes)]).to.deep.equal(['2x448x448x1', '1x448x448x1']);
      expect([...(await means.data())]).to.deep.equal([0, 1, 2, 3, 4]);
      expect([...(await places.data())]).to.deep.equal([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
      expect([...(await sum.data())]).to.deep.equal([10]);
      forward.dispose();
      tf.dispose([x, means, places, sum]);
    }),
  );
});

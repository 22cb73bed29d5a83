import { expect } from 'chai';
import { packMask, unpackMask } from '../../src/ops/pack-mask.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

onEveryBackend('packMask', () => {
  for (const shape of [[1], [4, 4], [1, 7, 9], [3, 64]]) {
    it(
      `gives back a mask of ${shape.join(' x ')}, a sixteenth of its size`,
      leavesNoTensors(async () => {
        const random = new Random(1);
        const size = shape.reduce((a, b) => a * b, 1);
        const pixels = Uint8Array.from({ length: size }, () => (random.uniform(0, 1) < 0.4 ? 1 : 0));
        for (const values of [pixels, new Uint8Array(size).fill(1), new Uint8Array(size)]) {
          const mask = tf.tensor(values, shape, 'bool');
          const packed = packMask(mask);
          expect(packed.size).to.equal(Math.ceil(size / 16));
          expect([...unpackMask(await packed.data(), size)]).to.deep.equal([...values]);
          tf.dispose([mask, packed]);
        }
      }),
    );
  }
});

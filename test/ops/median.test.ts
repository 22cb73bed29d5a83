import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { medianBlur } from '../../src/ops/median.js';
import { Random } from '../../src/runtime/random.js';
import { tf, type Tensor3D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

/** The definition: sort the window, take the middle; pixels outside repeat the nearest one inside. */
function reference(map: Float32Array, h: number, w: number, ksize: number): number[] {
  const r = ksize >> 1;
  const clamp = (v: number, length: number) => Math.min(Math.max(v, 0), length - 1);
  return Array.from(map, (_, p) => {
    const window: number[] = [];
    for (let dy = -r; dy <= r; dy++) {
      for (let dx = -r; dx <= r; dx++) {
        window.push(map[clamp(Math.floor(p / w) + dy, h) * w + clamp((p % w) + dx, w)]);
      }
    }
    return window.sort((a, b) => a - b)[window.length >> 1];
  });
}

onEveryBackend('medianBlur', () => {
  const random = new Random(5);
  for (const [h, w, ksize] of [
    [9, 13, 3],
    [14, 8, 5],
    [11, 12, 7],
    [10, 10, 9],
    [6, 7, 11],
    [1, 1, 3],
    [1, 9, 5],
    [7, 1, 3],
  ]) {
    it(
      `equals sorting on ${h} x ${w} with a window of ${ksize}`,
      leavesNoTensors(async () => {
        const maps = [0, 1].map(() => Float32Array.from({ length: h * w }, () => (random.below(40) - 20) / 4));
        const x = tf.tensor3d([...maps[0], ...maps[1]], [2, h, w]);
        const out = medianBlur(x, ksize);
        const values = Array.from(await out.data());
        expect(values).to.deep.equal(maps.flatMap((map) => reference(map, h, w, ksize)));
        tf.dispose([x, out]);
      }),
    );
  }

  it('works in strips where the whole would not fit', async () => {
    const [h, w] = [700, 900];
    const map = Float32Array.from({ length: h * w }, () => random.below(1000));
    const x = tf.tensor3d(map, [1, h, w]);
    const out = medianBlur(x, 3);
    const [values, expected] = [await out.data(), reference(map, h, w, 3)];
    expect(values.every((v, i) => v === expected[i])).to.equal(true);
    tf.dispose([x, out]);
  });

  it('refuses an even size', () => {
    const x: Tensor3D = tf.zeros([1, 4, 4]);
    for (const ksize of [0, 2, 4, 3.5, -3]) expect(() => medianBlur(x, ksize)).to.throw(ShapeError, 'odd');
    x.dispose();
  });
});

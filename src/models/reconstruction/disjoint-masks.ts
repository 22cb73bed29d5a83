import type { Random } from '../../runtime/random.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';

/**
 * Shares the squares of a grid out at random into sets that do not overlap and together are everything.
 *
 * @param side of a square in pixels
 * @returns `[sets, height, width, 1]`, 0 where the set removes the picture; owned by the caller
 */
export function disjointMasks(
  random: Random,
  [height, width]: readonly [number, number],
  side: number,
  sets: number,
): Tensor4D {
  const [rows, columns] = [Math.ceil(height / side), Math.ceil(width / side)];
  const order = random.shuffled(Array.from({ length: rows * columns }, (_, i) => i));
  const setOf = new Uint8Array(order.length);
  order.forEach((square, place) => (setOf[square] = place % sets));
  const values = new Float32Array(sets * height * width).fill(1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const set = setOf[Math.floor(y / side) * columns + Math.floor(x / side)];
      values[(set * height + y) * width + x] = 0;
    }
  }
  return tf.tensor4d(values, [sets, height, width, 1]);
}

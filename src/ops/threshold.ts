import { tf, type Tensor3D } from '../runtime/tf.js';

/**
 * Marks the pixels whose value reaches a threshold. Both sides compare as float32, so that a value written as 0.7 matches
 * a map that holds the float32 nearest to 0.7.
 *
 * @param maps `[n, h, w]` float32, borrowed
 * @param value the threshold; `value >= threshold` is foreground
 * @returns `[n, h, w]` bool, owned by the caller
 */
export function threshold(maps: Tensor3D, value: number): Tensor3D {
  return tf.tidy(() => tf.greaterEqual(maps, tf.scalar(Math.fround(value))) as Tensor3D);
}

import { ShapeError } from '../errors.js';
import { tf, type Tensor3D } from '../runtime/tf.js';

/**
 * Replaces a frame of `width` pixels around every map by `value`.
 *
 * @param maps `[n, h, w]` float32, finite, borrowed
 * @param width frame width in pixels; a frame that covers the whole map leaves only `value`
 * @returns `[n, h, w]` float32, owned by the caller
 * @throws ShapeError if `width` is negative or not an integer
 */
export function suppressBorder(maps: Tensor3D, width: number, value = 0): Tensor3D {
  if (!Number.isInteger(width) || width < 0) {
    throw new ShapeError(`suppressBorder: expected a frame width of 0 or more whole pixels, got ${width}`);
  }
  const [, h, w] = maps.shape;
  if (width === 0) return maps.clone();
  // A product with 0 and 1 is exact, and fast on every backend; slicing and padding are not.
  const inside = new Float32Array(h * w);
  for (let y = width; y < h - width; y++) inside.fill(1, y * w + width, Math.max(y * w + width, (y + 1) * w - width));
  return tf.tidy(() => {
    const kept = tf.tensor3d(inside, [1, h, w]);
    const cut = maps.mul<Tensor3D>(kept);
    return value === 0 ? cut : cut.add<Tensor3D>(tf.sub(1, kept).mul(value));
  });
}

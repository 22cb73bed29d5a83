import { ShapeError } from '../errors.js';
import { tf, type Tensor3D } from '../runtime/tf.js';

/**
 * Replaces a frame of `width` pixels around every map by `value`.
 *
 * @param maps `[n, h, w]` float32, borrowed
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
  if (2 * width >= h || 2 * width >= w) return tf.fill(maps.shape, value);
  return tf.tidy(() => {
    const inner = maps.slice([0, width, width], [-1, h - 2 * width, w - 2 * width]);
    return inner.pad(
      [
        [0, 0],
        [width, width],
        [width, width],
      ],
      value,
    );
  });
}

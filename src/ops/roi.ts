import { ShapeError } from '../errors.js';
import { tf, type Tensor2D, type Tensor3D } from '../runtime/tf.js';

/**
 * Keeps what lies inside a region of interest and replaces the rest by `outside`.
 *
 * @param maps `[n, h, w]` float32, borrowed
 * @param inside `[h, w]` bool, borrowed
 * @returns `[n, h, w]` float32, owned by the caller
 * @throws ShapeError if the sizes differ
 */
export function keepInside(maps: Tensor3D, inside: Tensor2D, outside = 0): Tensor3D {
  const [n, h, w] = maps.shape;
  if (inside.shape[0] !== h || inside.shape[1] !== w) {
    throw new ShapeError(
      `keepInside: expected a region of interest of ${h} x ${w} pixels, as the map, got ${inside.shape.join(' x ')}`,
    );
  }
  return tf.tidy(() => tf.where(inside.expandDims<Tensor3D>(0).tile([n, 1, 1]), maps, tf.fill(maps.shape, outside)));
}

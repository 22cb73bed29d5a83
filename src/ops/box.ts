import { ShapeError } from '../errors.js';
import { tf, type Tensor3D } from '../runtime/tf.js';
import { separableFilter } from './separable-filter.js';

/**
 * The mean of a `ksize` x `ksize` window, as OpenCV's `blur`: border reflect-101; an even window reaches one pixel further
 * up and left (anchor `ksize / 2`).
 *
 * @param maps `[n, h, w]` float32, borrowed
 * @param ksize window side in pixels; 1 or less = no blur
 * @returns `[n, h, w]` float32, owned by the caller
 * @throws ShapeError if `ksize` is no whole number
 */
export function boxBlur(maps: Tensor3D, ksize: number): Tensor3D {
  if (!Number.isInteger(ksize)) throw new ShapeError(`boxBlur: expected a whole number of pixels, got ${ksize}`);
  if (ksize <= 1) return maps.clone();
  const taps = { weights: new Float32Array(ksize).fill(1), anchor: ksize >> 1 };
  return tf.tidy(() => separableFilter(maps, taps, taps, 'reflect101').div<Tensor3D>(ksize * ksize));
}

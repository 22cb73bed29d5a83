import { ShapeError } from '../errors.js';
import type { Tensor3D } from '../runtime/tf.js';
import { opencvGaussianKernel } from './gaussian-kernel.js';
import { separableFilter } from './separable-filter.js';

/**
 * Blurs maps as OpenCV's `GaussianBlur` does for float pictures: border reflect-101, size and sigma by the rules of
 * `opencvGaussianKernel` (an even size grows by 1; both 0 or less: no blur).
 *
 * @param maps `[n, h, w]` float32, borrowed
 * @param options taps in pixels and standard deviation in pixels, 0 or less = chosen from the other
 * @returns `[n, h, w]` float32, owned by the caller
 * @throws ShapeError if the size is no whole number or sigma is not finite
 */
export function gaussianBlur(maps: Tensor3D, options: { readonly ksize: number; readonly sigma: number }): Tensor3D {
  const { ksize, sigma } = options;
  if (!Number.isInteger(ksize) || !Number.isFinite(sigma)) {
    throw new ShapeError(`gaussianBlur: expected a whole number of taps and a finite sigma, got ${ksize} and ${sigma}`);
  }
  const weights = opencvGaussianKernel(ksize, sigma);
  if (weights.length === 1) return maps.clone();
  const taps = { weights, anchor: (weights.length - 1) / 2 };
  return separableFilter(maps, taps, taps, 'reflect101');
}

import type { Size } from '../config/size.js';
import { ShapeError } from '../errors.js';
import type { Tensor4D } from '../runtime/tf.js';
import { applyAxes } from './apply-axes.js';
import { axisMatrix, type AxisMatrix } from './axis-matrix.js';
import { resampleWeights, type AxisKernel, type AxisSampling } from './resample-weights.js';

export interface ResampleOptions {
  /** `area` is OpenCV's INTER_AREA; all kernels have half-pixel centres. */
  readonly interpolation: 'bilinear' | 'bicubic' | 'nearest' | 'area';
  /** Widens bilinear and bicubic kernels when shrinking, as PIL does. Default false. */
  readonly antialias?: boolean;
  /** The cubic parameter `a`; by default -0.5 with antialias (PIL) and -0.75 without (torch, OpenCV). */
  readonly cubic?: number;
}

/**
 * Resizes pictures as two matrix products `Wh . X . Ww^T`: `tf.image.resizeBilinear` has wrong gradients for half-pixel
 * centres on every backend, and these are exact.
 *
 * @param x `[n, h, w, c]` float32, borrowed
 * @param size the new height and width in pixels
 * @returns `[n, size.height, size.width, c]` float32, owned by the caller; a copy when the size is the same
 * @throws ShapeError if a side is not a whole number of 1 or more
 */
export function resample(x: Tensor4D, size: Size, options: ResampleOptions): Tensor4D {
  const [, height, width] = x.shape;
  for (const side of [height, width, size.height, size.width]) {
    if (Number.isInteger(side) && side >= 1) continue;
    throw new ShapeError(
      `resample: expected sides of 1 or more whole pixels, got ${height}x${width} to ${size.height}x${size.width}`,
    );
  }
  const kernel = kernelFor(options.interpolation, { height, width }, size);
  const vertical = resampleMatrix(height, size.height, kernel, options);
  return applyAxes(x, vertical, resampleMatrix(width, size.width, kernel, options));
}

/** OpenCV averages areas only when no axis grows, and chooses for both axes together. */
function kernelFor(interpolation: ResampleOptions['interpolation'], from: Size, to: Size): AxisKernel {
  const grows = to.height > from.height || to.width > from.width;
  return interpolation === 'area' && grows ? 'area_linear' : interpolation;
}

function resampleMatrix(from: number, to: number, kernel: AxisKernel, options: ResampleOptions): AxisMatrix {
  const antialias = options.antialias ?? false;
  const sampling: AxisSampling = { kernel, antialias, cubic: options.cubic ?? (antialias ? -0.5 : -0.75) };
  const key = `resample ${from} ${to} ${kernel} ${antialias} ${sampling.cubic}`;
  return axisMatrix(key, from, to, () => resampleWeights(from, to, sampling));
}

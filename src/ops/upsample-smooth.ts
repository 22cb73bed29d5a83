import type { Size } from '../config/size.js';
import { ShapeError } from '../errors.js';
import type { Tensor3D } from '../runtime/tf.js';
import { applyAxes } from './apply-axes.js';
import { axisMatrix, type AxisMatrix } from './axis-matrix.js';
import { borderIndex, type BorderMode } from './border-index.js';
import { gaussianKernel } from './gaussian-kernel.js';
import { resampleWeights } from './resample-weights.js';

export interface UpsampleSmoothOptions {
  readonly interpolation: 'bilinear' | 'bicubic' | 'nearest';
  /** Standard deviations of the Gaussian along each axis, in pixels of the output; 0 = none. */
  readonly sigma: { readonly y: number; readonly x: number };
  /** What the Gaussian sees beyond the edge; default `reflect`. */
  readonly border?: BorderMode;
}

/**
 * Resizes anomaly maps and blurs them, both in one pair of matrix products (the blur is folded into the weights in
 * float64). The same as `resample` without antialias (cubic a = -0.75) followed by scipy's `gaussian_filter` (by
 * default its border `reflect`, which repeats the edge pixel; cut at 4 standard deviations), to float32 rounding.
 *
 * @param maps `[n, h, w]` float32, borrowed
 * @param size the new height and width in pixels
 * @returns `[n, size.height, size.width]` float32, owned by the caller
 * @throws ShapeError if a side is not a whole number of 1 or more, or a sigma is negative or not finite
 */
export function upsampleSmooth(maps: Tensor3D, size: Size, options: UpsampleSmoothOptions): Tensor3D {
  const [n, h, w] = maps.shape;
  const { y, x } = options.sigma;
  if (!(y >= 0 && x >= 0 && Number.isFinite(y + x))) {
    throw new ShapeError(`upsampleSmooth: expected standard deviations of 0 or more pixels, got y ${y} and x ${x}`);
  }
  if (![h, w, size.height, size.width].every((side) => Number.isInteger(side) && side >= 1)) {
    throw new ShapeError(
      `upsampleSmooth: expected sides of 1 or more whole pixels, got ${h}x${w} to ${size.height}x${size.width}`,
    );
  }
  const vertical = smoothMatrix(h, size.height, options, y);
  const horizontal = smoothMatrix(w, size.width, options, x);
  const views = maps.as4D(n, h, w, 1);
  const done = applyAxes(views, vertical, horizontal);
  const out = done.as3D(n, size.height, size.width);
  views.dispose();
  done.dispose();
  return out;
}

function smoothMatrix(
  from: number,
  to: number,
  { interpolation, border = 'reflect' }: UpsampleSmoothOptions,
  sigma: number,
): AxisMatrix {
  return axisMatrix(`smooth ${from} ${to} ${interpolation} ${sigma} ${border}`, from, to, () => {
    const upsample = resampleWeights(from, to, { kernel: interpolation, antialias: false, cubic: -0.75 });
    return sigma === 0 ? upsample : blurred(upsample, from, gaussianKernel(sigma), border);
  });
}

function blurred(weights: Float64Array, from: number, kernel: Float64Array, border: BorderMode): Float64Array {
  const to = weights.length / from;
  const radius = (kernel.length - 1) / 2;
  const spans = Array.from({ length: to }, (_, i) => nonZeroSpan(weights.subarray(i * from, (i + 1) * from)));
  const out = new Float64Array(weights.length);
  for (let i = 0; i < to; i++) {
    for (let k = -radius; k <= radius; k++) {
      const source = borderIndex(i + k, to, border);
      const share = kernel[k + radius];
      for (let j = spans[source].first; j <= spans[source].last; j++) {
        out[i * from + j] += share * weights[source * from + j];
      }
    }
  }
  return out;
}

function nonZeroSpan(row: Float64Array): { first: number; last: number } {
  const isSet = (weight: number) => weight !== 0;
  return { first: row.findIndex(isSet), last: row.findLastIndex(isSet) };
}

/**
 * The sampled Gaussian as scipy's `gaussian_filter1d` has it: cut at `truncate` standard deviations, rounded, and
 * normalised to sum 1.
 *
 * @param sigma standard deviation in pixels, above 0
 * @returns `2 r + 1` weights in float64, `r = floor(truncate * sigma + 0.5)`
 */
export function gaussianKernel(sigma: number, truncate = 4): Float64Array {
  return sampledGaussian(sigma, Math.floor(truncate * sigma + 0.5));
}

const FIXED: Readonly<Record<number, readonly number[]>> = {
  1: [1],
  3: [1 / 4, 1 / 2, 1 / 4],
  5: [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16],
  7: [1 / 32, 3.5 / 32, 7 / 32, 9 / 32, 7 / 32, 3.5 / 32, 1 / 32],
  9: [4 / 256, 13 / 256, 30 / 256, 51 / 256, 60 / 256, 51 / 256, 30 / 256, 13 / 256, 4 / 256],
};

/**
 * The kernel of OpenCV's `GaussianBlur` for float pictures: an even size grows by 1; size 0 follows from sigma
 * (`round(8 sigma + 1) | 1`); sigma 0 takes a fixed table for sizes up to 9 and `0.3 ((k - 1) / 2 - 1) + 0.8` above.
 *
 * @param ksize taps, or 0 or less for automatic
 * @param sigma standard deviation in pixels, or 0 or less for automatic
 * @returns an odd number of weights that sum to 1; a single 1 when both are automatic
 */
export function opencvGaussianKernel(ksize: number, sigma: number): Float64Array {
  if (ksize <= 0 && sigma <= 0) return new Float64Array([1]);
  const taps = (ksize > 0 ? ksize : Math.round(8 * sigma + 1)) | 1;
  if (sigma > 0) return sampledGaussian(sigma, (taps - 1) / 2);
  const fixed = FIXED[taps];
  return fixed !== undefined
    ? Float64Array.from(fixed)
    : sampledGaussian(0.3 * ((taps - 1) / 2 - 1) + 0.8, (taps - 1) / 2);
}

function sampledGaussian(sigma: number, radius: number): Float64Array {
  const kernel = new Float64Array(2 * radius + 1);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) {
    kernel[i + radius] = Math.exp((-i * i) / (2 * sigma * sigma));
    sum += kernel[i + radius];
  }
  return kernel.map((weight) => weight / sum);
}

import { ShapeError } from '../errors.js';
import type { Random } from '../runtime/random.js';
import { perlinNoise } from './perlin-noise.js';

export interface PerlinMaskRule {
  /** The lattice has `2^k` cells along each axis of the picture; `k` is drawn for each axis from `minScale` up to `maxScale`. */
  readonly minScale?: number;
  readonly maxScale?: number;
  /** Noise above it, of -1..1, is in the mask. */
  readonly threshold?: number;
}

/**
 * A mask of the shape of a made-up defect, as DRAEM draws them (Zavrtanik et al., ICCV 2021): Perlin noise of a random scale along
 * each axis, turned by up to 90 degrees, above a threshold. Unlike there the noise itself is turned, so that no corner stays
 * blank. It can be empty, mostly at the largest cells.
 *
 * @returns `height * width` in C order, 1 in the mask
 * @throws ShapeError for a size below 1 pixel
 */
export function perlinMask(
  random: Random,
  height: number,
  width: number,
  { minScale = 0, maxScale = 5, threshold = 0.5 }: PerlinMaskRule = {},
): Uint8Array {
  if (![height, width].every((n) => Number.isInteger(n) && n >= 1)) {
    throw new ShapeError(`perlinMask: expected a size of 1 or more whole pixels, got ${height} x ${width}`);
  }
  const [across, down] = [0, 1].map(() => 2 ** (minScale + random.below(maxScale - minScale + 1)));
  const angle = random.uniform(-Math.PI / 2, Math.PI / 2);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  // the lattice begins anywhere, because the noise is zero on it
  const [startX, startY] = [random.uniform(), random.uniform()];
  const noise = perlinNoise(random);
  const mask = new Uint8Array(height * width);
  for (let row = 0; row < height; row++) {
    const v = (row + 0.5) / height - 0.5;
    for (let column = 0; column < width; column++) {
      const u = (column + 0.5) / width - 0.5;
      const x = startX + across * (u * cos + v * sin);
      const y = startY + down * (v * cos - u * sin);
      if (noise(x, y) > threshold) mask[row * width + column] = 1;
    }
  }
  return mask;
}

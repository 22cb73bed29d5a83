import type { Size } from '../config/size.js';
import { DataError } from '../errors.js';

const DEFAULT_MAX_PIXELS = 2 ** 28;

/**
 * Refuses a picture by the size that its header claims, so that a few crafted bytes cannot take all memory.
 *
 * @throws DataError that names the picture
 */
export function checkPixelLimit(name: string, { height, width }: Size, maxPixels = DEFAULT_MAX_PIXELS): void {
  if (height * width <= maxPixels) return;
  throw new DataError(
    `${name}: its header claims ${width} x ${height} pixels, but at most ${maxPixels} are allowed; ` +
      `raise the pixel limit if the picture is really that big`,
  );
}

import type { Size } from '../config/size.js';
import { ShapeError } from '../errors.js';

/** A rectangle of whole pixels. */
export interface Window extends Size {
  readonly top: number;
  readonly left: number;
}

/**
 * The middle of a picture. Where it cannot lie in the middle exactly, the half pixel goes to the even side, as in torchvision's
 * `CenterCrop`.
 *
 * @throws ShapeError if the crop is larger than the picture
 */
export function cropWindow(size: Size, crop: Size): Window {
  if (crop.height > size.height || crop.width > size.width) {
    throw new ShapeError(
      `cropWindow: expected a crop within the picture of ${size.height}x${size.width}, got ${crop.height}x${crop.width}`,
    );
  }
  return { top: half(size.height - crop.height), left: half(size.width - crop.width), ...crop };
}

/** Half of a whole number, ties to even. */
function half(n: number): number {
  const down = Math.floor(n / 2);
  return n % 2 === 0 || down % 2 === 0 ? down : down + 1;
}

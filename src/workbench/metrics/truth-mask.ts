import type { Size } from '../../config/size.js';
import { ShapeError } from '../../errors.js';

/**
 * Checks that a map and a ground-truth mask belong together and gives the mask as 0 and 1. Every value above 0 is
 * defective, as in masks that hold 1 or 255; a mask that was blurred by resizing should be cut before it comes here.
 *
 * @returns null for a mask without a defective pixel (or no mask at all), which lets callers take the short way
 * @throws ShapeError when the map or the mask has another number of pixels than `size`
 */
export function truthMask(map: Float32Array, mask: Uint8Array | null, size: Size): Uint8Array | null {
  const pixels = size.height * size.width;
  if (map.length !== pixels || (mask !== null && mask.length !== pixels)) {
    const got = mask === null ? `${map.length} map values` : `${map.length} map values and ${mask.length} mask values`;
    throw new ShapeError(`expected ${size.height} x ${size.width} values, got ${got}`);
  }
  if (mask === null || mask.every((value) => value === 0)) return null;
  const truth = new Uint8Array(pixels);
  for (let i = 0; i < pixels; i++) truth[i] = mask[i] === 0 ? 0 : 1;
  return truth;
}

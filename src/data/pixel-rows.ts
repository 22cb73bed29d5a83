import type { Picture } from './picture.js';
import { StoredPicture } from './stored-picture.js';

/**
 * Whole rows of a picture, wherever its pixels lie.
 *
 * @returns `count * width * 3` values, R G B, valid until the next call; not to be written to
 */
export function pixelRows(picture: Picture, top: number, count: number): Uint8Array | Uint16Array {
  if (picture instanceof StoredPicture) return picture.rows(top, count);
  const line = picture.width * 3;
  return picture.rgb.subarray(top * line, (top + count) * line);
}

import { borderIndex } from '../ops/border-index.js';
import type { Picture } from './picture.js';
import { pixelRows } from './pixel-rows.js';

/** Where a square is read from a picture; it begins inside. */
export interface SquareAt {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

/**
 * A square of a picture. What would lie below or to the right of the picture is its mirror image, as often as it takes; the edge pixel is not
 * repeated, but a single row or column is.
 *
 * @returns a picture of the same name, with pixels of its own
 */
export function readSquare(picture: Picture, { top, left, side }: SquareAt): Picture {
  const { height, width, source } = picture;
  const rows = Math.min(side, height - top);
  const columns = Math.min(side, width - left);
  // A mirror image may reach further back than the square itself.
  const first = rows < side ? 0 : top;
  const given = pixelRows(picture, first, top + rows - first);
  const rgb = new (given instanceof Uint8Array ? Uint8Array : Uint16Array)(side * side * 3);
  for (let y = 0; y < side; y++) {
    const line = (borderIndex(top + y, height, 'reflect101') - first) * width;
    const to = y * side;
    rgb.set(given.subarray((line + left) * 3, (line + left + columns) * 3), to * 3);
    for (let x = columns; x < side; x++) {
      const from = (line + borderIndex(left + x, width, 'reflect101')) * 3;
      rgb.set(given.subarray(from, from + 3), (to + x) * 3);
    }
  }
  return { height: side, width: side, rgb, source };
}

import { encodePng } from '../../data/encode.js';
import type { Picture } from '../../data/picture.js';
import { fitSize, peaks, shrinkPicture } from '../../inference/sinks/overlay/fit-size.js';
import { drawOutline } from '../../inference/sinks/overlay/outline.js';

/** A small picture of the sheet. */
export interface Thumbnail {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

const GAP = 4;
const LINE = [64, 236, 255] as const;

/** A picture at most `side` pixels long, with the outline of its mask where one is given. */
export function thumbnail(picture: Picture, mask: Uint8Array | null, side: number): Thumbnail {
  const size = fitSize(picture, side);
  const small = { ...size, data: shrinkPicture(picture.rgb, picture, size) };
  if (mask !== null) drawOutline(small, peaks(mask, picture, size), 1, LINE);
  return small;
}

/** A PNG of thumbnails in rows, each at the top left of its cell. */
export async function contactSheet(cells: readonly Thumbnail[], columns: number): Promise<Buffer> {
  const [cellW, cellH] = [Math.max(...cells.map((cell) => cell.width)), Math.max(...cells.map((cell) => cell.height))];
  const across = Math.min(columns, cells.length);
  const width = across * (cellW + GAP) - GAP;
  const height = Math.ceil(cells.length / across) * (cellH + GAP) - GAP;
  const data = new Uint8Array(height * width * 3).fill(255);
  cells.forEach((cell, i) => {
    const [top, left] = [Math.floor(i / across) * (cellH + GAP), (i % across) * (cellW + GAP)];
    for (let y = 0; y < cell.height; y++) {
      data.set(cell.data.subarray(3 * y * cell.width, 3 * (y + 1) * cell.width), 3 * ((top + y) * width + left));
    }
  });
  return encodePng({ width, height, channels: 3, data });
}

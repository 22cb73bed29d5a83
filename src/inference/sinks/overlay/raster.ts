import type { Size } from '../../../config/size.js';

/** An RGB picture that can be drawn on: `height * width * 3` bytes, row by row. */
export interface Raster extends Size {
  readonly data: Uint8Array;
}

export type Colour = readonly [r: number, g: number, b: number];

/** Lays a colour over a rectangle; what lies outside the raster is left out. */
export function fillRectangle(
  raster: Raster,
  box: { x: number; y: number; width: number; height: number },
  colour: Colour,
  opacity = 1,
): void {
  const right = Math.min(raster.width, box.x + box.width);
  const bottom = Math.min(raster.height, box.y + box.height);
  for (let y = Math.max(0, box.y); y < bottom; y++) {
    for (let x = Math.max(0, box.x); x < right; x++)
      blendPixel(raster.data, 3 * (y * raster.width + x), colour, opacity);
  }
}

/** Lays a colour over the pixel that starts at `at`. */
export function blendPixel(data: Uint8Array, at: number, colour: Colour, opacity: number): void {
  for (let c = 0; c < 3; c++) data[at + c] = Math.round(data[at + c] + (colour[c] - data[at + c]) * opacity);
}

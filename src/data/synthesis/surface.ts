import type { Size } from '../../config/size.js';

/** The side of the scene in its own units; a picture of 192 pixels shows one unit a pixel. */
export const UNITS = 192;

/** A raster over the scene. */
export interface Frame extends Size {
  /** Pixels a unit. */
  readonly scale: number;
}

/** A piece of the scene as the camera will see it: R G B from 0 to 1, `height * width * 3`. */
export interface Surface extends Frame {
  readonly rgb: Float32Array;
}

/** The frame whose shorter side has the units of the scene. */
export function frameOf({ height, width }: Size): Frame {
  return { height, width, scale: Math.min(height, width) / UNITS };
}

/** A black square of the scene. */
export function blankSurface(side: number): Surface {
  return { ...frameOf({ height: side, width: side }), rgb: new Float32Array(side * side * 3) };
}

export function smoothstep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** Walks the pixels of a box given in units: `visit(offset, x, y)` with the index of the pixel and its centre in units. */
export function visitBox(
  { height, width, scale }: Frame,
  box: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number },
  visit: (pixel: number, x: number, y: number) => void,
): void {
  const first = (unit: number) => Math.max(0, Math.floor(unit * scale));
  const last = (unit: number, length: number) => Math.min(length - 1, Math.ceil(unit * scale));
  for (let py = first(box.y0); py <= last(box.y1, height); py++) {
    for (let px = first(box.x0); px <= last(box.x1, width); px++) {
      visit(py * width + px, (px + 0.5) / scale, (py + 0.5) / scale);
    }
  }
}

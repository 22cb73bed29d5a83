/** The side of the scene in its own units; a picture of 192 pixels shows one unit a pixel. */
export const UNITS = 192;

/** A square piece of the scene as the camera will see it: R G B from 0 to 1, `side * side * 3`. */
export interface Surface {
  readonly side: number;
  readonly rgb: Float32Array;
}

export function smoothstep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** Walks the pixels of a box given in units: `visit(offset, x, y)` with the index of the pixel and its centre in units. */
export function visitBox(
  side: number,
  box: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number },
  visit: (pixel: number, x: number, y: number) => void,
): void {
  const scale = side / UNITS;
  const first = (unit: number) => Math.max(0, Math.floor(unit * scale));
  const last = (unit: number) => Math.min(side - 1, Math.ceil(unit * scale));
  for (let py = first(box.y0); py <= last(box.y1); py++) {
    for (let px = first(box.x0); px <= last(box.x1); px++) {
      visit(py * side + px, (px + 0.5) / scale, (py + 0.5) / scale);
    }
  }
}

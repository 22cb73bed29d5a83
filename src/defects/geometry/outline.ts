import { type Blob } from './blob.js';
import { paintedMask } from './painted-mask.js';

/** Right, down, left, up. */
const STEPS = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/**
 * The outer boundary of every part of a region as a closed polygon of pixel corners, clockwise on the screen, first
 * point not repeated. Pixel (x, y) has the corners (x, y) to (x + 1, y + 1). Where pixels touch at a corner only, the
 * polygon touches itself there. Holes are not cut out.
 */
export function outline(blob: Blob): [number, number][][] {
  const { components, parts } = blob;
  const { start } = components.runs;
  const { bytes, stride } = paintedMask(components);
  const isSet = (x: number, y: number) => bytes[(y + 1) * stride + x + 1] !== 0;
  return parts.map((label) => follow(isSet, start[components.firstRun[label]], components.y1[label]));
}

/** Walks the cracks between pixels with the region on the right-hand side. */
function follow(isSet: (x: number, y: number) => boolean, x0: number, y0: number): [number, number][] {
  const corners: [number, number][] = [];
  let [x, y, heading] = [x0, y0, 0];
  do {
    const turn = turnAt(isSet, x + STEPS[heading][0], y + STEPS[heading][1], heading);
    x += STEPS[heading][0];
    y += STEPS[heading][1];
    if (turn !== 0) corners.push([x, y]);
    heading = (heading + turn + 4) % 4;
  } while (x !== x0 || y !== y0 || heading !== 0);
  return corners;
}

/** -1 left, 0 straight on, 1 right, at corner (x, y). Pixels that touch at the corner only belong together. */
function turnAt(isSet: (x: number, y: number) => boolean, x: number, y: number, heading: number): -1 | 0 | 1 {
  const [dx, dy] = STEPS[heading];
  const pixelAhead = (side: -1 | 1) => isSet(x + (dx - side * dy - 1) / 2, y + (dy + side * dx - 1) / 2);
  if (pixelAhead(-1)) return -1;
  return pixelAhead(1) ? 0 : 1;
}

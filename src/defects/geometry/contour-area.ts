import { type Components } from '../labelling/components.js';
import { paintedMask } from './painted-mask.js';

/** Right, then clockwise on the screen. */
const DX = [1, 1, 0, -1, -1, -1, 0, 1];
const DY = [0, 1, 1, 1, 0, -1, -1, -1];

/**
 * The area inside the outer contour of a component, where the contour runs through pixel centres and holes count as
 * inside: what OpenCV's `contourArea` gives for an external contour. Lines and single pixels have none.
 *
 * Follows the border (Suzuki and Abe 1985) and sums the shoelace terms. Components never touch, so the mask alone tells
 * which pixels belong to this one.
 */
export function contourArea(components: Components, label: number): number {
  const mask = paintedMask(components);
  const { width, height, start } = components.runs;
  const isSet = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] !== 0;
  const x0 = start[components.firstRun[label]];
  const y0 = components.y1[label];
  let [x, y] = [x0, y0];
  let direction = step(isSet, x, y, 0);
  if (direction < 0) return 0;
  const first = direction;
  let twice = 0;
  do {
    twice += (x - x0) * DY[direction] - (y - y0) * DX[direction];
    x += DX[direction];
    y += DY[direction];
    direction = step(isSet, x, y, (direction + 6) % 8);
  } while (x !== x0 || y !== y0 || direction !== first);
  return Math.abs(twice) / 2;
}

/** The first direction, clockwise from `from`, with a foreground neighbour; -1 for a pixel on its own. */
function step(isSet: (x: number, y: number) => boolean, x: number, y: number, from: number): number {
  for (let turn = 0; turn < 8; turn++) {
    const direction = (from + turn) % 8;
    if (isSet(x + DX[direction], y + DY[direction])) return direction;
  }
  return -1;
}

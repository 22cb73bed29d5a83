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
  const { bytes, stride } = paintedMask(components);
  const x0 = components.runs.start[components.firstRun[label]];
  const origin = (components.y1[label] + 1) * stride + x0 + 1;
  const first = step(bytes, stride, origin, 0);
  if (first < 0) return 0;
  let x = 0;
  let y = 0;
  let at = origin;
  let direction = first;
  let twice = 0;
  do {
    twice += x * DY[direction] - y * DX[direction];
    x += DX[direction];
    y += DY[direction];
    at += DY[direction] * stride + DX[direction];
    direction = step(bytes, stride, at, (direction + 6) & 7);
  } while (at !== origin || direction !== first);
  return Math.abs(twice) / 2;
}

/** The first direction, clockwise from `from`, with a foreground neighbour; -1 for a pixel on its own. */
function step(bytes: Uint8Array, stride: number, at: number, from: number): number {
  for (let turn = 0; turn < 8; turn++) {
    const direction = (from + turn) & 7;
    if (bytes[at + DY[direction] * stride + DX[direction]] !== 0) return direction;
  }
  return -1;
}

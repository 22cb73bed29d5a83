import { type Blob } from './blob.js';
import { followCracks } from './follow-cracks.js';
import { paintedMask } from './painted-mask.js';

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
  return parts.map((label) => followCracks(isSet, start[components.firstRun[label]], components.y1[label]));
}

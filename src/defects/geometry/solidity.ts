import { type Semantics } from '../stage.js';
import { type Blob } from './blob.js';
import { contourArea } from './contour-area.js';
import { hullArea } from './hull-area.js';
import { rowExtents } from './row-extents.js';

/**
 * How much of its convex hull a region fills, 0 to 1.
 *
 * Semantics 1 (as OpenCV contours give it): contour area by hull area, both through pixel centres; null for lines and
 * single pixels, whose hull has no area. Semantics 2: pixels by the area of the hull of all pixel corners; 1 for a line
 * along an axis and for a single pixel.
 */
export function solidity(blob: Blob, semantics: Semantics): number | null {
  const { left, right } = rowExtents(blob);
  if (semantics === 2) return blob.area / hullArea(...corners(left, right));
  const hull = hullArea(left, right);
  return hull > 0 ? contourArea(blob.components, blob.parts[0]) / hull : null;
}

/** The extents of the lines between rows: a corner line takes the wider of the rows above and below it. */
function corners(left: readonly number[], right: readonly number[]): [left: number[], right: number[]] {
  const last = left.length;
  const outer: [number[], number[]] = [[], []];
  for (let line = 0; line <= last; line++) {
    const above = Math.max(line - 1, 0);
    const below = Math.min(line, last - 1);
    outer[0].push(Math.min(left[above], left[below]));
    outer[1].push(Math.max(right[above], right[below]) + 1);
  }
  return outer;
}

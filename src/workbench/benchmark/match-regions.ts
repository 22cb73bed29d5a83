import type { Box, Region } from '../../defects/region.js';

/** Overlap of two boxes (intersection over union) from which on they show the same defect. */
const SAME = 0.5;

export interface RegionMatch {
  /** Regions of the first list without a partner in the second. */
  readonly lost: number;
  /** Regions of the second list without a partner in the first. */
  readonly gained: number;
}

/** Pairs regions by their boxes, the best overlap first, each region once. */
export function matchRegions(before: readonly Region[], after: readonly Region[]): RegionMatch {
  const pairs = before
    .flatMap((a, i) => after.map((b, j) => ({ i, j, overlap: overlap(a.bbox_xyxy, b.bbox_xyxy) })))
    .filter((pair) => pair.overlap >= SAME)
    .sort((a, b) => b.overlap - a.overlap);
  const [kept, found] = [new Set<number>(), new Set<number>()];
  for (const { i, j } of pairs) {
    if (kept.has(i) || found.has(j)) continue;
    kept.add(i);
    found.add(j);
  }
  return { lost: before.length - kept.size, gained: after.length - found.size };
}

/** Corners are inclusive. */
function overlap(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]) + 1;
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]) + 1;
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (area(a) + area(b) - shared);
}

function area([x1, y1, x2, y2]: Box): number {
  return (x2 - x1 + 1) * (y2 - y1 + 1);
}

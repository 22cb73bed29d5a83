import { type Blob } from './blob.js';
import { runsByLabel } from './runs-by-label.js';

/** The leftmost and the rightmost pixel of every row of the box; Infinity and -Infinity where a row is empty. */
export function rowExtents(blob: Blob): { left: number[]; right: number[] } {
  const { components, parts, box } = blob;
  const { offset, order, row } = runsByLabel(components);
  const { start, end } = components.runs;
  // Plain arrays: most regions are small, and typed ones cost more to make than to fill.
  const height = box[3] - box[1] + 1;
  const left = new Array<number>(height).fill(Infinity);
  const right = new Array<number>(height).fill(-Infinity);
  for (const label of parts) {
    for (let k = offset[label]; k < offset[label + 1]; k++) {
      const run = order[k];
      const y = row[run] - box[1];
      if (start[run] < left[y]) left[y] = start[run];
      if (end[run] - 1 > right[y]) right[y] = end[run] - 1;
    }
  }
  return { left, right };
}

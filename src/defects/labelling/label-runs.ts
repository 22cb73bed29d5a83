import { DisjointSets } from './disjoint-sets.js';
import { type Runs } from './runs.js';

/** A label for every run; labels count from 0 in the order of each component's first pixel, row by row. */
export interface Labels {
  readonly count: number;
  readonly ofRun: Int32Array;
}

/**
 * Connected components by union-find over runs (He, Chao and Suzuki, A run-based two-scan labeling algorithm, 2008).
 *
 * @param connectivity 8: runs of neighbouring rows join when they overlap or touch at a corner; 4: when they overlap
 */
export function labelRuns(runs: Runs, connectivity: 4 | 8 = 8): Labels {
  const { height, rowStart, start, end } = runs;
  const reach = connectivity === 8 ? 1 : 0;
  const sets = new DisjointSets(runs.count);
  for (let y = 1; y < height; y++) {
    const lastAbove = rowStart[y];
    const last = rowStart[y + 1];
    let above = rowStart[y - 1];
    let run = lastAbove;
    while (above < lastAbove && run < last) {
      if (start[above] < end[run] + reach && start[run] < end[above] + reach) sets.join(above, run);
      if (end[above] < end[run]) above++;
      else run++;
    }
  }
  const { count, of } = sets.numbered();
  return { count, ofRun: of };
}

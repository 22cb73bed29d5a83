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
  const { height, count, rowStart, start, end } = runs;
  const reach = connectivity === 8 ? 1 : 0;
  const parent = new Int32Array(count);
  for (let i = 0; i < count; i++) parent[i] = i;
  for (let y = 1; y < height; y++) {
    const lastAbove = rowStart[y];
    const last = rowStart[y + 1];
    let above = rowStart[y - 1];
    let run = lastAbove;
    while (above < lastAbove && run < last) {
      if (start[above] < end[run] + reach && start[run] < end[above] + reach) join(parent, above, run);
      if (end[above] < end[run]) above++;
      else run++;
    }
  }
  // A root is the first run of its component, so one forward pass both flattens and numbers.
  let labels = 0;
  for (let i = 0; i < count; i++) parent[i] = parent[i] === i ? labels++ : parent[parent[i]];
  return { count: labels, ofRun: parent };
}

function join(parent: Int32Array, a: number, b: number): void {
  const rootA = find(parent, a);
  const rootB = find(parent, b);
  if (rootA < rootB) parent[rootB] = rootA;
  else parent[rootA] = rootB;
}

function find(parent: Int32Array, i: number): number {
  while (parent[i] !== i) {
    parent[i] = parent[parent[i]];
    i = parent[i];
  }
  return i;
}

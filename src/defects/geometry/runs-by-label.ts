import { type Components } from '../labelling/components.js';

/** The runs of every component: those of `label` are `order[offset[label]]` to `order[offset[label + 1] - 1]`, top down. */
export interface RunsByLabel {
  readonly offset: Int32Array;
  readonly order: Int32Array;
  /** The row of every run. */
  readonly row: Int32Array;
}

const known = new WeakMap<Components, RunsByLabel>();

/** Sorts the runs by component; done once for each `Components`. */
export function runsByLabel(components: Components): RunsByLabel {
  const cached = known.get(components);
  if (cached !== undefined) return cached;
  const { count, ofRun, runs } = components;
  const offset = new Int32Array(count + 1);
  for (let i = 0; i < runs.count; i++) offset[ofRun[i] + 1]++;
  for (let label = 0; label < count; label++) offset[label + 1] += offset[label];
  const next = offset.slice(0, count);
  const order = new Int32Array(runs.count);
  const row = new Int32Array(runs.count);
  for (let y = 0; y < runs.height; y++) {
    for (let i = runs.rowStart[y]; i < runs.rowStart[y + 1]; i++) {
      order[next[ofRun[i]]++] = i;
      row[i] = y;
    }
  }
  const grouped = { offset, order, row };
  known.set(components, grouped);
  return grouped;
}

import { type Components } from './components.js';
import { type Runs, RunsBuilder } from './runs.js';

/** The components whose flag in `keep` is 1, renumbered without gaps in the same order; statistics are carried over. */
export function selectComponents(all: Components, keep: Uint8Array): Components {
  const newLabel = new Int32Array(all.count).fill(-1);
  let count = 0;
  for (let label = 0; label < all.count; label++) if (keep[label] !== 0) newLabel[label] = count++;
  if (count === all.count) return all;
  const { runs, ofRun, newRun } = selectRuns(all, newLabel);
  const firstRun = pick(all.firstRun, keep, count).map((run) => newRun[run]);
  return {
    count,
    runs,
    scores: all.scores,
    ofRun,
    firstRun,
    area: pick(all.area, keep, count),
    x1: pick(all.x1, keep, count),
    y1: pick(all.y1, keep, count),
    x2: pick(all.x2, keep, count),
    y2: pick(all.y2, keep, count),
    sumX: pick(all.sumX, keep, count),
    sumY: pick(all.sumY, keep, count),
    sumXX: pick(all.sumXX, keep, count),
    sumXY: pick(all.sumXY, keep, count),
    sumYY: pick(all.sumYY, keep, count),
    scoreSum: pick(all.scoreSum, keep, count),
    scoreMax: pick(all.scoreMax, keep, count),
  };
}

function selectRuns(all: Components, newLabel: Int32Array): { runs: Runs; ofRun: Int32Array; newRun: Int32Array } {
  const { height, rowStart, start, end } = all.runs;
  const builder = new RunsBuilder(all.runs);
  const ofRun = new Int32Array(all.runs.count);
  const newRun = new Int32Array(all.runs.count);
  let kept = 0;
  for (let y = 0; y < height; y++) {
    for (let i = rowStart[y]; i < rowStart[y + 1]; i++) {
      const label = newLabel[all.ofRun[i]];
      if (label < 0) continue;
      builder.push(start[i], end[i]);
      newRun[i] = kept;
      ofRun[kept++] = label;
    }
    builder.closeRow(y);
  }
  return { runs: builder.build(), ofRun: ofRun.subarray(0, kept), newRun };
}

function pick<A extends Int32Array | Float64Array>(values: A, keep: Uint8Array, count: number): A {
  const out = new (values.constructor as new (n: number) => A)(count);
  let at = 0;
  for (let i = 0; i < values.length; i++) if (keep[i] !== 0) out[at++] = values[i];
  return out;
}

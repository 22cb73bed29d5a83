import { labelRuns } from './label-runs.js';
import { type Runs } from './runs.js';

/**
 * The 8-connected components of a mask, with what one walk over their pixels tells. Arrays are indexed by label, 0 to
 * `count - 1`, in the order of each component's first pixel. Boxes are inclusive. `sumXX`, `sumXY` and `sumYY` are the
 * second moments about the origin; all sums are exact up to 2^53.
 */
export interface Components {
  readonly count: number;
  readonly runs: Runs;
  /** The value of every pixel of the map, row by row. */
  readonly scores: Float32Array;
  /** The label of every run. */
  readonly ofRun: Int32Array;
  readonly area: Float64Array;
  readonly x1: Int32Array;
  readonly y1: Int32Array;
  readonly x2: Int32Array;
  readonly y2: Int32Array;
  /** The first pixel is `(start of firstRun, y1)`. */
  readonly firstRun: Int32Array;
  readonly sumX: Float64Array;
  readonly sumY: Float64Array;
  readonly sumXX: Float64Array;
  readonly sumXY: Float64Array;
  readonly sumYY: Float64Array;
  readonly scoreSum: Float64Array;
  readonly scoreMax: Float64Array;
}

/**
 * Labels a mask and gathers the statistics of its components.
 *
 * @param scores the value of every pixel of the map, row by row; only those of the mask are read
 */
export function componentsOf(runs: Runs, scores: Float32Array): Components {
  const { count, ofRun } = labelRuns(runs);
  const all = blank(count, runs, scores, ofRun);
  const { height, width, rowStart, start, end } = runs;
  const { area, x1, y1, x2, y2, firstRun, sumX, sumY, sumXX, sumXY, sumYY, scoreSum, scoreMax } = all;
  x1.fill(width);
  firstRun.fill(-1);
  scoreMax.fill(-Infinity);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let i = rowStart[y]; i < rowStart[y + 1]; i++) {
      const label = ofRun[i];
      const from = start[i];
      const to = end[i];
      if (firstRun[label] < 0) {
        firstRun[label] = i;
        y1[label] = y;
      }
      y2[label] = y;
      if (from < x1[label]) x1[label] = from;
      if (to - 1 > x2[label]) x2[label] = to - 1;
      const n = to - from;
      const xs = ((from + to - 1) * n) / 2;
      area[label] += n;
      sumX[label] += xs;
      sumY[label] += y * n;
      sumXX[label] += squaresBelow(to) - squaresBelow(from);
      sumXY[label] += xs * y;
      sumYY[label] += y * y * n;
      let sum = 0;
      let max = scoreMax[label];
      for (let p = row + from; p < row + to; p++) {
        const value = scores[p];
        sum += value;
        if (value > max) max = value;
      }
      scoreSum[label] += sum;
      scoreMax[label] = max;
    }
  }
  return all;
}

/** 0^2 + 1^2 + ... + (n - 1)^2 */
function squaresBelow(n: number): number {
  return ((n - 1) * n * (2 * n - 1)) / 6;
}

function blank(count: number, runs: Runs, scores: Float32Array, ofRun: Int32Array) {
  const ints = () => new Int32Array(count);
  const floats = () => new Float64Array(count);
  // One plain literal: what is spread into an object outlives the scavenges of V8 11, and the memory of long runs grows.
  return {
    count,
    runs,
    scores,
    ofRun,
    area: floats(),
    x1: ints(),
    y1: ints(),
    x2: ints(),
    y2: ints(),
    firstRun: ints(),
    sumX: floats(),
    sumY: floats(),
    sumXX: floats(),
    sumXY: floats(),
    sumYY: floats(),
    scoreSum: floats(),
    scoreMax: floats(),
  };
}

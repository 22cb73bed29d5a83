import { type Runs, RunsBuilder } from './runs.js';

/**
 * The mask of `median(map) >= level` from the mask of `map >= level`: a median reaches a level where more than half of its
 * window does. So the filter of the mask is exact, and the medians themselves are needed only where the mask is set.
 * Pixels outside the map repeat the nearest one inside.
 *
 * @param ksize odd
 */
export function medianMask(runs: Runs, ksize: number): Runs {
  const { height, width } = runs;
  const radius = ksize >> 1;
  const half = (ksize * ksize + 1) / 2;
  /** Set pixels of the rows of the window, for every column with its repeated edges. */
  const columns = new Int32Array(width + 2 * radius);
  const clamp = (y: number) => Math.min(Math.max(y, 0), height - 1);
  for (let dy = -radius; dy <= radius; dy++) addRow(columns, runs, clamp(dy), radius, 1);
  const builder = new RunsBuilder(runs);
  for (let y = 0; y < height; y++) {
    if (y > 0) {
      addRow(columns, runs, clamp(y - 1 - radius), radius, -1);
      addRow(columns, runs, clamp(y + radius), radius, 1);
    }
    if (runs.rowStart[clamp(y + radius) + 1] > runs.rowStart[clamp(y - radius)]) pushRow(builder, columns, ksize, half);
    builder.closeRow(y);
  }
  return builder.build();
}

function addRow(columns: Int32Array, runs: Runs, y: number, radius: number, by: 1 | -1): void {
  const { rowStart, start, end, width } = runs;
  for (let i = rowStart[y]; i < rowStart[y + 1]; i++) {
    const from = start[i] === 0 ? 0 : start[i] + radius;
    const to = end[i] === width ? columns.length : end[i] + radius;
    for (let x = from; x < to; x++) columns[x] += by;
  }
}

/** The runs of columns where the window of `ksize` columns holds `half` set pixels or more. */
function pushRow(builder: RunsBuilder, columns: Int32Array, ksize: number, half: number): void {
  const width = columns.length - ksize + 1;
  let sum = 0;
  for (let x = 0; x < ksize - 1; x++) sum += columns[x];
  let from = -1;
  for (let x = 0; x < width; x++) {
    sum += columns[x + ksize - 1];
    if (sum >= half) {
      if (from < 0) from = x;
    } else if (from >= 0) {
      builder.push(from, x);
      from = -1;
    }
    sum -= columns[x];
  }
  if (from >= 0) builder.push(from, width);
}

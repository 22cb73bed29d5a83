import { paintRun } from './paint-run.js';
import { type Runs } from './runs.js';

/** Paints runs as a byte mask, 0 or 1, row by row. */
export function bytesOfRuns(runs: Runs): Uint8Array {
  const { height, width, rowStart, start, end } = runs;
  const bytes = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let i = rowStart[y]; i < rowStart[y + 1]; i++) paintRun(bytes, row + start[i], row + end[i]);
  }
  return bytes;
}

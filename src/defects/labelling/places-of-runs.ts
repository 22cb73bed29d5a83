import { pixelCount, type Runs } from './runs.js';

/** Where the foreground is: numbers of pixels, counted row by row. */
export function placesOfRuns(runs: Runs): Int32Array {
  const places = new Int32Array(pixelCount(runs));
  let at = 0;
  for (let y = 0; y < runs.height; y++) {
    for (let i = runs.rowStart[y]; i < runs.rowStart[y + 1]; i++) {
      for (let x = runs.start[i]; x < runs.end[i]; x++) places[at++] = y * runs.width + x;
    }
  }
  return places;
}

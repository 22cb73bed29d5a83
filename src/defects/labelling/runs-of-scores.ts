import { type Size } from '../../config/size.js';
import { type Runs, RunsBuilder } from './runs.js';

/** The runs of the pixels at or above a level. @param values finite, row by row @param level a float32 */
export function runsOfScores(values: Float32Array, level: number, size: Size): Runs {
  const { height, width } = size;
  const builder = new RunsBuilder(size);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const end = row + width;
    for (let p = row; p < end;) {
      // Most of a map is background, and four pixels together are stepped over faster.
      while (
        p + 3 < end &&
        values[p] < level &&
        values[p + 1] < level &&
        values[p + 2] < level &&
        values[p + 3] < level
      ) {
        p += 4;
      }
      while (p < end && values[p] < level) p++;
      if (p >= end) break;
      const from = p;
      while (p < end && values[p] >= level) p++;
      builder.push(from - row, p - row);
    }
    builder.closeRow(y);
  }
  return builder.build();
}

import { type Size } from '../../config/size.js';
import { type Runs, RunsBuilder } from './runs.js';

/** The runs of the pixels at or above a level. @param values finite, row by row @param level a float32 */
export function runsOfScores(values: Float32Array, level: number, size: Size): Runs {
  const { height, width } = size;
  const builder = new RunsBuilder(size);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const end = row + width;
    for (let p = row; p < end; p++) {
      if (values[p] < level) continue;
      const from = p;
      do p++;
      while (p < end && values[p] >= level);
      builder.push(from - row, p - row);
    }
    builder.closeRow(y);
  }
  return builder.build();
}

import { type Runs, RunsBuilder } from './runs.js';

/** The pixels that both masks have. */
export function intersectRuns(a: Runs, b: Runs): Runs {
  const builder = new RunsBuilder(a);
  for (let y = 0; y < a.height; y++) {
    let i = a.rowStart[y];
    let j = b.rowStart[y];
    while (i < a.rowStart[y + 1] && j < b.rowStart[y + 1]) {
      const from = Math.max(a.start[i], b.start[j]);
      const to = Math.min(a.end[i], b.end[j]);
      if (from < to) builder.push(from, to);
      if (a.end[i] < b.end[j]) i++;
      else j++;
    }
    builder.closeRow(y);
  }
  return builder.build();
}

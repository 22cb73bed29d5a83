import { labelRuns } from '../labelling/label-runs.js';
import { type Runs, RunsBuilder } from '../labelling/runs.js';
import { type RunsStage } from '../stage.js';

/** Makes every background region that does not reach the edge of the map foreground; background is 4-connected. */
export const fillHoles: RunsStage = {
  name: 'fill_holes',
  on: 'runs',
  active: ({ config }) => config.fill_holes,
  apply: (runs) => {
    const gaps = complement(runs);
    const { count, ofRun } = labelRuns(gaps, 4);
    const open = new Uint8Array(count);
    for (let y = 0; y < gaps.height; y++) {
      const atEdge = y === 0 || y === gaps.height - 1;
      for (let i = gaps.rowStart[y]; i < gaps.rowStart[y + 1]; i++) {
        if (atEdge || gaps.start[i] === 0 || gaps.end[i] === gaps.width) open[ofRun[i]] = 1;
      }
    }
    return complement(gaps, (i) => open[ofRun[i]] === 1);
  },
};

/** What the runs do not cover; runs that `counts` refuses are taken as not there. */
function complement(runs: Runs, counts: (run: number) => boolean = () => true): Runs {
  const builder = new RunsBuilder(runs);
  for (let y = 0; y < runs.height; y++) {
    let from = 0;
    for (let i = runs.rowStart[y]; i < runs.rowStart[y + 1]; i++) {
      if (!counts(i)) continue;
      if (runs.start[i] > from) builder.push(from, runs.start[i]);
      from = runs.end[i];
    }
    if (from < runs.width) builder.push(from, runs.width);
    builder.closeRow(y);
  }
  return builder.build();
}

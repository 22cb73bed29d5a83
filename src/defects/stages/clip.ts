import { intersectRuns } from '../labelling/intersect-runs.js';
import { type RunsStage } from '../stage.js';

/** Cuts the mask to where regions may be. */
export const clip: RunsStage = {
  name: 'roi',
  on: 'runs',
  active: ({ eligible }) => eligible !== null,
  apply: (runs, { eligible }) => intersectRuns(runs, eligible!),
};

import { insideFrame } from '../inside-frame.js';
import { intersectRuns } from '../labelling/intersect-runs.js';
import { type RunsStage, type StageContext } from '../stage.js';

/** Cuts off the frame of `border_ignore_px`, after the smoothing (semantics 2). */
export const clipBorder: RunsStage = {
  name: 'border',
  on: 'runs',
  active: ({ config }) => config.border_ignore_px > 0,
  apply: (runs, { config, size }) => intersectRuns(runs, insideFrame(size, config.border_ignore_px)),
};

/** Cuts the mask to the region of interest. */
export const clipToRoi: RunsStage = {
  name: 'roi',
  on: 'runs',
  active: ({ roi }) => roi !== null,
  apply: (runs, { roi }) => intersectRuns(runs, roi!),
};

/** Cuts off again what grew out of the frame or the region of interest in the stages between. */
export const clipGrown: RunsStage = {
  name: 'clip',
  on: 'runs',
  active: (context) => [clipBorder, clipToRoi].some((stage) => stage.active(context)) && grows(context),
  apply: (runs, context) =>
    [clipBorder, clipToRoi].reduce((cut, stage) => (stage.active(context) ? stage.apply(cut, context) : cut), runs),
};

function grows({ config }: StageContext): boolean {
  return config.open_ksize > 1 || config.close_ksize > 1 || config.mask_dilate_ksize > 1 || config.fill_holes;
}

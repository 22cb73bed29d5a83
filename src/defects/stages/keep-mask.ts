import { type RunsStage, type StageContext } from '../stage.js';

/** Makes the mask of this point the mask of the result, when `mask_space` asks for it (semantics 1). */
export function keepMask(space: StageContext['config']['mask_space']): RunsStage {
  return {
    name: 'mask',
    on: 'runs',
    active: ({ config }) => config.mask_space === space,
    apply: (runs, context) => {
      context.keepMask(runs);
      return runs;
    },
  };
}

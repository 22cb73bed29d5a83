import type * as Open from '../../../src/inference/open-run.js';
import type * as Weights from '../../../src/models/weights-store.js';
import type * as Profile from '../../../src/runtime/profile/stage-profile.js';
import type * as Progress from '../../../src/runtime/progress.js';
import type * as Start from '../../../src/runtime/start.js';
import type * as Tf from '../../../src/runtime/tf.js';
import type * as Train from '../../../src/workbench/train/train-run.js';

const load = <T>(path: string) => import(new URL(`../../../dist/${path}`, import.meta.url).href) as Promise<T>;

/** Modules of the built package: decode threads start from built code only. */
export const built = {
  open: () => load<typeof Open>('inference/open-run.js'),
  weights: () => load<typeof Weights>('models/weights-store.js'),
  profile: () => load<typeof Profile>('runtime/profile/stage-profile.js'),
  progress: () => load<typeof Progress>('runtime/progress.js'),
  start: () => load<typeof Start>('runtime/start.js'),
  tf: () => load<typeof Tf>('runtime/tf.js'),
  train: () => load<typeof Train>('workbench/train/train-run.js'),
};

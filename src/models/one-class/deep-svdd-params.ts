import {
  defaultsOf,
  nullable,
  OddInteger,
  oneOf,
  PositiveInteger,
  strict,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FixedResize } from '../fixed-resize.js';
import { HYPERSPHERE_PARAMS } from './hypersphere-params.js';
import { PLACE_PARAMS } from '../maps/place-params.js';

const paper = { batch_size: 8, lr: 1e-4, optimizer_name: 'adam', weight_decay: 1e-6 } as const;
const Training = trainingRule({ ...paper, epochs: 150, scheduler_name: 'step', step_size: 50 });
const Pretraining = trainingRule({ ...paper, lr: 1e-3, epochs: 50 });

/** Parameters of `vision_deep_svdd`. */
export const DeepSvddParams = strict('DeepSvddParams', {
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 64, width: 64 } }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /** Channels of the first stage, which double with every stage. */
  width: withDefault(PositiveInteger, 32),
  /** Stages, each of which halves the grid. */
  stages: withDefault(PositiveInteger, 3),
  /** Values that a picture, or a window of it, becomes. */
  representation: withDefault(PositiveInteger, 128),
  /**
   * null: a picture is one row, as in the paper; else a row is a window of `window * 2 ** stages` pixels, one around every place of the last
   * stage's grid, and the score is that of the worst windows.
   */
  window: withDefault(nullable(OddInteger), null),
  /** With windows: the share of the farthest ones whose mean is the image score; 0 = the farthest alone. */
  score_top: withDefault(Unit, 0),
  ...PLACE_PARAMS,
  ...HYPERSPHERE_PARAMS,
  /** How an autoencoder is trained whose first half the network begins as; null = it begins at random. */
  pretraining: withDefault(nullable(Pretraining), () => defaultsOf(Pretraining)),
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type DeepSvddParams = t.TypeOf<typeof DeepSvddParams>;

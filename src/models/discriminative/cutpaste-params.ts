import { defaultsOf, NonNegativeNumber, oneOf, PositiveInteger, strict, t, withDefault } from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FixedResize } from '../fixed-resize.js';
import { PLACE_PARAMS } from '../maps/place-params.js';

const Training = trainingRule({
  epochs: 256,
  batch_size: 32,
  lr: 0.03,
  optimizer_name: 'sgd',
  weight_decay: 3e-5,
  scheduler_name: 'cosine',
});

/** Parameters of `vision_cutpaste`. */
export const CutPasteParams = strict('CutPasteParams', {
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 256, width: 256 } }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /** What good pictures are told apart from: larger patches, thin ones, or each of them as a class of its own. */
  augment: withDefault(oneOf(['normal', 'scar', '3way']), '3way'),
  /** Channels of the first stage; every further one has twice as many. */
  width: withDefault(PositiveInteger, 16),
  /** Stages of residual blocks; every one halves the grid, and so does the layer before them. */
  stages: withDefault(PositiveInteger, 4),
  /** Width of the layers between the features and the classes, which scores do not use. */
  head: withDefault(PositiveInteger, 128),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 4),
  ...PLACE_PARAMS,
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type CutPasteParams = t.TypeOf<typeof CutPasteParams>;

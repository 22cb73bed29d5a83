import { Backbone } from '../../config/backbone.js';
import {
  defaultsOf,
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  PositiveInteger,
  strict,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FixedResize } from '../fixed-resize.js';
import { PLACE_PARAMS } from '../maps/place-scale.js';

const Training = trainingRule({
  epochs: 100,
  batch_size: 32,
  lr: 0.4,
  optimizer_name: 'sgd',
  weight_decay: 1e-4,
});

/** Parameters of `vision_stfpm`; the training is the paper's. */
export const StfpmParams = strict('StfpmParams', {
  /** The teacher. */
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 256, width: 256 } }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /** Pixels by which every picture is mirrored outwards; null = as many as the teacher needs to see no padding. */
  context: withDefault(nullable(NonNegativeInteger), 0),
  /** Channels of the student's first stage, which double with every stage. */
  student_width: withDefault(PositiveInteger, 64),
  training: withDefault(Training, () => defaultsOf(Training)),
  /** How the maps of the layers become one. */
  fusion: withDefault(oneOf(['product', 'mean']), 'product'),
  /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
  score_top: withDefault(Unit, 0),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 0),
  ...PLACE_PARAMS,
});
export type StfpmParams = t.TypeOf<typeof StfpmParams>;

import { Backbone } from '../../config/backbone.js';
import {
  defaultsOf,
  NonNegativeNumber,
  oneOf,
  PositiveInteger,
  PositiveNumber,
  strict,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FixedResize } from '../fixed-resize.js';
import { PLACE_PARAMS } from '../maps/place-params.js';

const adam = { epochs: 100_000, lr: 1e-4, optimizer_name: 'adam', weight_decay: 1e-5 } as const;
const Training = trainingRule({ ...adam, batch_size: 1, max_steps: 70_000 });
const Distillation = trainingRule({ ...adam, batch_size: 16, max_steps: 60_000 });

/** Parameters of `vision_efficientad`; both trainings are the paper's. */
export const EfficientAdParams = strict('EfficientAdParams', {
  /** The patch description network: S or M of the paper. */
  model_size: withDefault(oneOf(['small', 'medium']), 'small'),
  /** The share of the published channels that the inner layers of all networks have. */
  width: withDefault(PositiveNumber, 1),
  /**
   * `backbone`: the teacher is the backbone itself, which has one layer with features every 4 pixels, as the published networks have.
   * `distilled`: a patch description network that first learns the backbone's features on the good pictures.
   */
  teacher: withDefault(oneOf(['distilled', 'backbone']), 'distilled'),
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
  /** Channels of a distilled teacher, at most as many as the backbone's layers have together. */
  teacher_channels: withDefault(PositiveInteger, 384),
  /** How a distilled teacher learns. */
  distillation: withDefault(Distillation, () => defaultsOf(Distillation)),
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 256, width: 256 } }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  training: withDefault(Training, () => defaultsOf(Training)),
  /** Only differences between student and teacher that reach this quantile are learned from. */
  hard_quantile: withDefault(Unit, 0.999),
  /** The share of the good pictures that is held out, on which the two maps are brought to one scale. */
  held_out: withDefault(Unit, 0.1),
  /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
  score_top: withDefault(Unit, 0),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 0),
  ...PLACE_PARAMS,
});
export type EfficientAdParams = t.TypeOf<typeof EfficientAdParams>;

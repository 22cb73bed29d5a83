import {
  defaultsOf,
  nullable,
  OpenUnit,
  PositiveInteger,
  strict,
  type t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FixedResize } from '../fixed-resize.js';
import { SHARED_PARAMS } from '../memory-bank/shared-params.js';
import { PLACE_PARAMS } from '../maps/place-params.js';

const { backbone, interpolation, antialias, context, score_top, map_interpolation, map_sigma } = SHARED_PARAMS;

const Training = trainingRule({
  epochs: 100_000,
  max_steps: 5000,
  batch_size: 16,
  optimizer_name: 'stable_adamw',
  lr: 2e-3,
  weight_decay: 1e-4,
  eps: 1e-10,
  scheduler_name: 'cosine',
  clip_norm: 0.1,
});

/** Parameters of `vision_dinomaly`; the training is the paper's. */
export const DinomalyParams = strict('DinomalyParams', {
  /** Its layers have one grid and one width: a vision transformer, of which the paper takes the eight layers in the middle. */
  backbone,
  /** Sides that fit patches of 14 pixels and features every 8. */
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 392, width: 392 } }),
  interpolation,
  antialias,
  /** Pixels by which every picture is mirrored outwards before the backbone; null = as many as the backbone needs. */
  context,
  /** Into how many groups the layers are put whose means are compared; at most as many as the backbone has. */
  groups: withDefault(PositiveInteger, 2),
  decoder_layers: withDefault(PositiveInteger, 8),
  /** Heads of the attention; null = 64 channels each, or as near as divides. */
  heads: withDefault(nullable(PositiveInteger), null),
  /** The share of values that the bottleneck drops while training. */
  dropout: withDefault(OpenUnit, 0.2),
  /** The share of places that are taken as restored well, to which it rises in `easy_steps` steps. */
  easy_share: withDefault(OpenUnit, 0.9),
  easy_steps: withDefault(PositiveInteger, 1000),
  /** The share of their gradients that such places keep. */
  easy_factor: withDefault(Unit, 0.1),
  training: withDefault(Training, () => defaultsOf(Training)),
  /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
  score_top,
  map_interpolation,
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma,
  ...PLACE_PARAMS,
});
export type DinomalyParams = t.TypeOf<typeof DinomalyParams>;

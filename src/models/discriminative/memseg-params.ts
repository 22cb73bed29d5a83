import {
  defaultsOf,
  NonNegativeNumber,
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

const { backbone, interpolation, antialias, context, map_interpolation } = SHARED_PARAMS;

const Training = trainingRule({
  epochs: 100_000,
  max_steps: 2700,
  batch_size: 8,
  lr: 3e-3,
  weight_decay: 5e-4,
  scheduler_name: 'cosine',
});

/** Parameters of `vision_memseg`. */
export const MemsegParams = strict('MemsegParams', {
  /** Its layers lie on grids that grow coarser in their order. */
  backbone,
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 256, width: 256 } }),
  interpolation,
  antialias,
  /** Pixels by which every picture is mirrored outwards before the backbone; null = as many as the backbone needs. */
  context,
  /** Good pictures that are remembered, at most half of them; the network is trained on the others. */
  memory_samples: withDefault(PositiveInteger, 30),
  /** Channels of the network at the finest layer; they double from layer to layer. */
  channels: withDefault(PositiveInteger, 64),
  /** The share of the pictures of a step that is given an anomaly. */
  anomaly_share: withDefault(Unit, 0.5),
  /** The share of the anomalies that is made of the picture's own blocks in another order; the others are textures. */
  own_share: withDefault(Unit, 0.5),
  /** How much of the picture may show through an anomaly. */
  max_beta: withDefault(Unit, 0.85),
  l1_weight: withDefault(NonNegativeNumber, 0.6),
  focal_weight: withDefault(NonNegativeNumber, 0.4),
  focal_gamma: withDefault(NonNegativeNumber, 4),
  training: withDefault(Training, () => defaultsOf(Training)),
  /** The share of the highest pixels whose mean is the image score: 100 of 256 x 256. */
  score_top: withDefault(Unit, 0.0015),
  map_interpolation,
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 0),
  ...PLACE_PARAMS,
});
export type MemsegParams = t.TypeOf<typeof MemsegParams>;

import { Backbone } from '../../config/backbone.js';
import {
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  PositiveInteger,
  PositiveNumber,
  strict,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { FixedResize } from '../fixed-resize.js';

/** Parameters of `vision_cfa`. */
export const CfaParams = strict('CfaParams', {
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 224, width: 224 } }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /** Pixels by which every picture is mirrored outwards before the backbone; null = as many as the backbone needs. */
  context: withDefault(nullable(NonNegativeInteger), null),
  /** By how much the places of the grid outnumber the centroids; 1 = a centroid a place. */
  gamma_c: withDefault(PositiveInteger, 1),
  /** By how much the values of the backbone outnumber those of a descriptor. */
  gamma_d: withDefault(PositiveInteger, 1),
  /** Nearest centroids that attract a patch, and decide its score. */
  num_nearest_neighbors: withDefault(PositiveInteger, 3),
  /** The centroids next in distance, which repel a patch. */
  num_hard_negative_features: withDefault(PositiveInteger, 3),
  /** Radius of the hyperspheres at the beginning; it is learned. */
  radius: withDefault(PositiveNumber, 1e-5),
  /** How far beyond the radius a hard negative must at least stay, squared. */
  alpha: withDefault(NonNegativeNumber, 0.1),
  epochs: withDefault(PositiveInteger, 30),
  /** Pictures of a training step. */
  batch_size: withDefault(PositiveInteger, 4),
  learning_rate: withDefault(PositiveNumber, 1e-3),
  weight_decay: withDefault(NonNegativeNumber, 5e-4),
  /** The most megabytes of features that are kept between epochs; above it, every epoch reads the pictures again. */
  memory_mb: withDefault(PositiveNumber, 1024),
  /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
  score_top: withDefault(Unit, 0),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 4),
});
export type CfaParams = t.TypeOf<typeof CfaParams>;

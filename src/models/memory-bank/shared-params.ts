import { Backbone } from '../../config/backbone.js';
import {
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  OddInteger,
  oneOf,
  PositiveInteger,
  PositiveNumber,
  Share,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';

/**
 * Keys that the detectors with a bank have in common, with the defaults of a plain patch bank: to be spread into a codec, where other
 * defaults may follow. `patchcore-params.ts` says what each means.
 */
export const SHARED_PARAMS = {
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  context: withDefault(nullable(NonNegativeInteger), null),
  patch_size: withDefault(OddInteger, 1),
  patch_padding: withDefault(oneOf(['zero', 'reflect']), 'zero'),
  layer_dim: withDefault(nullable(PositiveInteger), null),
  feature_dim: withDefault(nullable(PositiveInteger), null),
  projection_dim: withDefault(nullable(PositiveInteger), null),
  projection: withDefault(oneOf(['gaussian', 'sparse']), 'gaussian'),
  sampling: withDefault(oneOf(['greedy', 'random']), 'greedy'),
  coreset_ratio: withDefault(Share, 0.1),
  max_bank: withDefault(nullable(PositiveInteger), 10_000),
  coreset_dim: withDefault(nullable(PositiveInteger), 128),
  pool_mb: withDefault(PositiveNumber, 256),
  num_neighbors: withDefault(PositiveInteger, 1),
  neighbor_reduce: withDefault(oneOf(['mean', 'kth']), 'mean'),
  score_top: withDefault(Unit, 0.01),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'nearest']), 'bilinear'),
  map_sigma: withDefault(NonNegativeNumber, 4),
};

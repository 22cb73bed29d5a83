import { Backbone } from '../../config/backbone.js';
import {
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  PositiveInteger,
  PositiveNumber,
  refine,
  strict,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { ResizeRule } from '../../config/input-rule.js';
import { withProfiles } from './profiles.js';

const Share = refine('number above 0 and at most 1', t.number, (n) => n > 0 && n <= 1);
const OddInteger = refine(
  'odd whole number of 1 or more',
  t.number,
  (n) => Number.isSafeInteger(n) && n >= 1 && n % 2 === 1,
);

const Params = strict('PatchcoreParams', {
  /** A named set of values for the keys that are not given. */
  profile: withDefault(oneOf(['default', 'paper', 'anomalib']), 'default'),
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
  resize: withDefault(ResizeRule, { mode: 'scale', factor: 1, multiple: 32, max_long_side: 512 }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /**
   * Pixels by which every picture is mirrored outwards before the backbone, so that the zero padding of its convolutions stays off
   * the picture; null = as many as the backbone needs.
   */
  context: withDefault(nullable(NonNegativeInteger), null),
  /** Side of the neighbourhood whose mean describes a patch; 1 = the feature alone. */
  patch_size: withDefault(OddInteger, 3),
  patch_padding: withDefault(oneOf(['zero', 'reflect']), 'zero'),
  /** Width to which every layer's neighbourhoods are pooled, as in the paper; null keeps the layer's channels. */
  layer_dim: withDefault(nullable(PositiveInteger), null),
  /** Width to which the joined layers are pooled, as in the paper; null keeps them. */
  feature_dim: withDefault(nullable(PositiveInteger), null),
  /** Random projection of the features themselves, which shrinks the bank; null keeps them. */
  projection_dim: withDefault(nullable(PositiveInteger), null),
  projection: withDefault(oneOf(['gaussian', 'sparse']), 'gaussian'),
  sampling: withDefault(oneOf(['greedy', 'random']), 'greedy'),
  /** The share of all training patches that the bank keeps. */
  coreset_ratio: withDefault(Share, 0.1),
  /** The most rows that the bank holds, whatever the share: rows are the cost of a search. */
  max_bank: withDefault(nullable(PositiveInteger), 10_000),
  /** Width in which the selection of the bank measures distances; null measures in the features themselves. */
  coreset_dim: withDefault(nullable(PositiveInteger), 128),
  /** The most megabytes of patches among which the bank is selected; above it, patches are sampled from every picture first. */
  pool_mb: withDefault(PositiveNumber, 256),
  num_neighbors: withDefault(PositiveInteger, 1),
  /** What a patch's several neighbours give: their mean distance (the paper), or that of the last one. */
  neighbor_reduce: withDefault(oneOf(['mean', 'kth']), 'mean'),
  distance: withDefault(oneOf(['euclidean', 'squared']), 'euclidean'),
  /** The share of the highest patches whose mean is the image score; 0 = the highest patch alone. */
  score_top: withDefault(Unit, 0.01),
  /** The paper's re-weighting of the highest patch by the neighbourhood of its nearest row. */
  reweight: withDefault(t.boolean, false),
  reweight_neighbors: withDefault(PositiveInteger, 9),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'nearest']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 4),
});

/** Parameters of `vision_patchcore`. A profile fills the keys that are absent; keys that are given win over it. */
export const PatchcoreParams = withProfiles(Params, 'profile', {
  default: {},
  /** Roth et al. 2022 and its published code, but for the centre crop. */
  paper: {
    resize: { mode: 'short_side', pixels: 256, multiple: 32 },
    score_top: 0,
    layer_dim: 1024,
    feature_dim: 1024,
    coreset_ratio: 0.1,
    max_bank: null,
    coreset_dim: 128,
    distance: 'squared',
    context: 0,
    map_sigma: 4,
  },
  /** anomalib 2. */
  anomalib: {
    resize: { mode: 'stretch', size: { height: 256, width: 256 } },
    score_top: 0,
    coreset_ratio: 0.1,
    max_bank: null,
    reweight: true,
    reweight_neighbors: 9,
    context: 0,
    map_interpolation: 'nearest',
    map_sigma: 4,
  },
});
export type PatchcoreParams = t.TypeOf<typeof PatchcoreParams>;

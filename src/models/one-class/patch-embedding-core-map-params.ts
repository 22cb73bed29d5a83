import { Backbone } from '../../config/backbone.js';
import {
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  PositiveInteger,
  PositiveNumber,
  Share,
  strict,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { ResizeRule } from '../../config/input-rule.js';

/** Parameters of `vision_patch_embedding_core_map`. */
export const PatchEmbeddingCoreMapParams = strict('PatchEmbeddingCoreMapParams', {
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
  resize: withDefault(ResizeRule, { mode: 'stretch', size: { height: 224, width: 224 } }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /** Pixels by which every picture is mirrored outwards before the backbone; null = as many as the backbone needs. */
  context: withDefault(nullable(NonNegativeInteger), null),
  /** Whether every patch is divided by its length, so that its direction alone counts. */
  normalize: withDefault(t.boolean, true),
  /** What learns from the patches of all good pictures and scores new ones. */
  core: withDefault(oneOf(['core_dtc', 'core_knn', 'core_mahalanobis_shrinkage', 'core_pca']), 'core_dtc'),
  /** `core_knn`: the neighbour whose distance is the score. */
  num_neighbors: withDefault(PositiveInteger, 5),
  /** `core_knn`: the most patches that are kept, drawn from every picture alike. */
  max_bank: withDefault(PositiveInteger, 10_000),
  /** `core_pca`: the share of the variance that the components hold. */
  pca_level: withDefault(Share, 0.97),
  /** The most megabytes of patches to learn from; above it, patches are drawn from every picture alike. */
  pool_mb: withDefault(PositiveNumber, 256),
  /** The share of the highest patches whose mean is the image score; 0 = the highest patch alone. */
  score_top: withDefault(Unit, 0.01),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'nearest']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 4),
});
export type PatchEmbeddingCoreMapParams = t.TypeOf<typeof PatchEmbeddingCoreMapParams>;

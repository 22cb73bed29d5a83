import type { FeatureExtractor } from '../backbones/extractor.js';
import { PatchEmbedding, type EmbeddingParams } from '../memory-bank/patch-embedding.js';
import type { PlaceFeatures } from './place-features.js';

type PatchParams = Pick<EmbeddingParams, 'context' | 'patch_size' | 'layer_dim' | 'feature_dim'>;

/** Parameters of `patchFeatures` that decide what learned values mean, beside those of all networks on features. */
export const PATCH_KEYS = ['patch_size', 'layer_dim'] as const;

/**
 * The local patch features of PatchCore.
 *
 * @param extractor borrowed
 */
export function patchFeatures(
  extractor: FeatureExtractor,
  { context, patch_size, layer_dim, feature_dim }: PatchParams,
  seed: number,
): PlaceFeatures {
  return new PatchEmbedding(
    extractor,
    {
      ...{ context, patch_size, layer_dim, feature_dim },
      ...{ patch_padding: 'zero', projection_dim: null, projection: 'gaussian' },
    },
    seed,
  );
}

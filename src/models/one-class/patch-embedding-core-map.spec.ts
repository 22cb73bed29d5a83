import type { ModelSpec } from '../spec.js';
import { PatchEmbeddingCoreMapParams } from './patch-embedding-core-map-params.js';

export const patchEmbeddingCoreMap: ModelSpec<PatchEmbeddingCoreMapParams> = {
  name: 'vision_patch_embedding_core_map',
  title: 'Core detector of patches',
  summary:
    'Fits a classical detector (distance to the mean, neighbours, Mahalanobis or principal components) to the patches of all good pictures; the plainest map there is, as a baseline and for plain textures.',
  paper:
    'A combination without a paper of its own; the covariance of core_mahalanobis_shrinkage: Ledoit and Wolf, A Well-Conditioned Estimator for Large-Dimensional Covariance Matrices, 2004',
  family: 'classical',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: false },
  params: PatchEmbeddingCoreMapParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { PatchEmbeddingCoreMap } = await import('./patch-embedding-core-map.js');
    return withExtractor(params.backbone, environment, (extractor) => new PatchEmbeddingCoreMap(params, extractor));
  },
};

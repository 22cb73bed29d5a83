import type { ModelSpec } from '../spec.js';
import { PatchcoreLiteParams } from './patchcore-lite-params.js';
import { withExtractor } from './with-extractor.js';

export const patchcoreLite: ModelSpec<PatchcoreLiteParams> = {
  name: 'vision_patchcore_lite',
  title: 'PatchCore lite',
  summary:
    'Keeps the pooled features of a random share of the good pictures and scores a picture by its distance to the nearest; one number a picture, no map.',
  paper:
    'Nearest neighbour of pooled features; the bank is that of Roth et al., CVPR 2022, with pictures in place of patches',
  family: 'memory-bank',
  outputs: ['score'],
  needs: { backbone: true, gradients: false },
  params: PatchcoreLiteParams,
  create: async (params, environment) => {
    const { PatchcoreLite } = await import('./patchcore-lite.js');
    return withExtractor(params.backbone, environment, (extractor) => new PatchcoreLite(params, extractor));
  },
};

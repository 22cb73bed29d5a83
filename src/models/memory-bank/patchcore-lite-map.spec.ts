import type { ModelSpec } from '../spec.js';
import { PatchcoreLiteMapParams } from './patchcore-lite-map-params.js';
import { withExtractor } from './with-extractor.js';

export const patchcoreLiteMap: ModelSpec<PatchcoreLiteMapParams> = {
  name: 'vision_patchcore_lite_map',
  title: 'PatchCore lite, with maps',
  summary:
    'Keeps a random share of the local features of good pictures, as they come and of unit length, and scores every place by its distance to the nearest; a plain baseline that fits at once.',
  paper:
    'A simplification of Roth et al., Towards Total Recall in Industrial Anomaly Detection, CVPR 2022: no averaging over neighbours, no k-centre selection',
  family: 'memory-bank',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: false },
  params: PatchcoreLiteMapParams,
  create: async (params, environment) => {
    const { PatchcoreLiteMap } = await import('./patchcore-lite-map.js');
    return withExtractor(params.backbone, environment, (extractor) => new PatchcoreLiteMap(params, extractor));
  },
};

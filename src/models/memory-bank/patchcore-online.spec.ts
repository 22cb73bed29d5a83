import type { ModelSpec } from '../spec.js';
import { PatchcoreOnlineParams } from './patchcore-online-params.js';
import { withExtractor } from './with-extractor.js';

export const patchcoreOnline: ModelSpec<PatchcoreOnlineParams> = {
  name: 'vision_patchcore_online',
  title: 'PatchCore online',
  summary:
    'Keeps the pooled features of good pictures in a bank of bounded size that later good pictures extend; one number a picture, no map.',
  paper: 'Nearest neighbour of pooled features (see vision_patchcore_lite), with an insertion rule by distance',
  family: 'memory-bank',
  outputs: ['score'],
  needs: { backbone: true, gradients: false },
  params: PatchcoreOnlineParams,
  create: async (params, environment) => {
    const { PatchcoreOnline } = await import('./patchcore-online.js');
    return withExtractor(params.backbone, environment, (extractor) => new PatchcoreOnline(params, extractor));
  },
};

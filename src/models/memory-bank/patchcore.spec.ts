import type { ModelSpec } from '../spec.js';
import { PatchcoreParams } from './patchcore-params.js';

export const patchcore: ModelSpec<PatchcoreParams> = {
  name: 'vision_patchcore',
  title: 'PatchCore',
  summary:
    'Keeps a selection of the local features of good pictures and scores every place by its distance to the nearest; the first choice for textures and parts of varying pose.',
  paper: 'Roth et al., Towards Total Recall in Industrial Anomaly Detection, CVPR 2022',
  family: 'memory-bank',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: false },
  params: PatchcoreParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('./with-extractor.js');
    const { Patchcore } = await import('./patchcore.js');
    return withExtractor(params.backbone, environment, (extractor) => new Patchcore(params, extractor));
  },
};

import type { ModelSpec } from '../spec.js';
import { CoreDeepSvddParams } from './core-deep-svdd-params.js';

export const coreDeepSvdd: ModelSpec<CoreDeepSvddParams> = {
  name: 'core_deep_svdd',
  title: 'Deep SVDD of features',
  summary:
    'Trains a small network to draw the features of good pictures together around a point and scores every place by its distance to it; quick, for textures and parts.',
  paper: 'Ruff et al., Deep One-Class Classification, ICML 2018',
  family: 'one-class',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true },
  params: CoreDeepSvddParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { CoreDeepSvdd } = await import('./core-deep-svdd.js');
    return withExtractor(params.backbone, environment, (extractor) => new CoreDeepSvdd(params, extractor));
  },
};

import type { ModelSpec } from '../spec.js';
import { CfaParams } from './cfa-params.js';

export const cfa: ModelSpec<CfaParams> = {
  name: 'vision_cfa',
  title: 'CFA',
  summary:
    'Trains a linear layer that gathers the local features of good pictures around a few centroids and scores every place by its distance to the nearest; for parts that always lie alike.',
  paper:
    'Lee, Lee and Song, CFA: Coupled-Hypersphere-Based Feature Adaptation for Target-Oriented Anomaly Localization, IEEE Access 2022',
  family: 'memory-bank',
  outputs: ['score', 'map'],
  // The gradients are written out: no backend has to derive them.
  needs: { backbone: true, gradients: false },
  params: CfaParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { Cfa } = await import('./cfa.js');
    return withExtractor(params.backbone, environment, (extractor) => new Cfa(params, extractor));
  },
};

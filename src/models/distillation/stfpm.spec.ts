import type { ModelSpec } from '../spec.js';
import { StfpmParams } from './stfpm-params.js';

export const stfpm: ModelSpec<StfpmParams> = {
  name: 'vision_stfpm',
  title: 'STFPM',
  summary:
    'Trains a small residual network to see good pictures as a fixed teacher does, at several scales at once; where the two disagree is a defect.',
  paper: 'Wang et al., Student-Teacher Feature Pyramid Matching for Anomaly Detection, BMVC 2021',
  family: 'distillation',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true },
  params: StfpmParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { Stfpm } = await import('./stfpm.js');
    return withExtractor(params.backbone, environment, (extractor) => new Stfpm(params, extractor));
  },
};

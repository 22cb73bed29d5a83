import type { ModelSpec } from '../spec.js';
import { DinomalyParams } from './dinomaly-params.js';

export const dinomaly: ModelSpec<DinomalyParams> = {
  name: 'vision_dinomaly',
  title: 'Dinomaly',
  summary:
    'Trains a plain transformer decoder behind a noisy bottleneck to give back the features of a fixed vision transformer; made for DINOv2, and for several kinds of parts at once.',
  paper: 'Guo et al., Dinomaly: The Less Is More Philosophy in Multi-Class Unsupervised Anomaly Detection, CVPR 2025',
  family: 'distillation',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true },
  params: DinomalyParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { Dinomaly } = await import('./dinomaly.js');
    return withExtractor(params.backbone, environment, (extractor) => new Dinomaly(params, extractor));
  },
};

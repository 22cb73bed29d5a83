import type { ModelSpec } from '../spec.js';
import { ReverseDistillationParams } from './reverse-distillation-params.js';

export const reverseDistillation: ModelSpec<ReverseDistillationParams> = {
  name: 'vision_reverse_distillation',
  aliases: ['vision_reverse_dist'],
  title: 'Reverse Distillation',
  summary:
    "Squeezes a fixed teacher's features of good pictures through a bottleneck and trains a decoder to give them back; what the bottleneck never saw does not come back.",
  paper: 'Deng and Li, Anomaly Detection via Reverse Distillation from One-Class Embedding, CVPR 2022',
  family: 'distillation',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true },
  params: ReverseDistillationParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { ReverseDistillation } = await import('./reverse-distillation.js');
    return withExtractor(params.backbone, environment, (extractor) => new ReverseDistillation(params, extractor));
  },
};

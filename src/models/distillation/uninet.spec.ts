import type { ModelSpec } from '../spec.js';
import { UniNetParams } from './uninet-params.js';

export const uninet: ModelSpec<UniNetParams> = {
  name: 'vision_uninet',
  aliases: ['uninet'],
  title: 'UniNet',
  summary:
    'Trains one student behind a bottleneck to find the features of a fixed teacher in those of a second one that is trained along, and the other way round, with a contrast between places.',
  paper:
    'Wei, Jiang and Xu, UniNet: A Contrastive Learning-guided Unified Framework with Feature Selection for Anomaly Detection, CVPR 2025',
  family: 'distillation',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true },
  params: UniNetParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { UniNet } = await import('./uninet.js');
    return withExtractor(params.backbone, environment, (extractor) => new UniNet(params, extractor));
  },
};

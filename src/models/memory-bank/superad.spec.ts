import type { ModelSpec } from '../spec.js';
import { SuperAdParams } from './superad-params.js';
import { withExtractor } from './with-extractor.js';

export const superAd: ModelSpec<SuperAdParams> = {
  name: 'vision_superad',
  aliases: ['vision_superadd'],
  title: 'SuperAD',
  summary:
    'A patch bank of large pictures: features of several layers from overlapping tiles at full resolution, scored by the distance to the third-nearest; for small defects on large parts.',
  paper:
    'Zhang et al., SuperAD: A Training-free Anomaly Classification and Segmentation Method, CVPR 2025 VAND 3.0 workshop; tiles after SuperADD (2026)',
  family: 'memory-bank',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: false },
  params: SuperAdParams,
  create: async (params, environment) => {
    const { SuperAd } = await import('./superad.js');
    return withExtractor(params.backbone, environment, (extractor) => new SuperAd(params, extractor));
  },
};

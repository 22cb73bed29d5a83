import type { ModelSpec } from '../spec.js';
import { SpadeParams } from './spade-params.js';

export const spade: ModelSpec<SpadeParams> = {
  name: 'vision_spade',
  title: 'SPADE',
  summary:
    'Finds the good pictures that resemble a picture most and compares every place with the places of those alone; needs no training, but keeps the features of all good pictures.',
  paper: 'Cohen and Hoshen, Sub-Image Anomaly Detection with Deep Pyramid Correspondences, arXiv 2005.02357, 2020',
  family: 'memory-bank',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: false },
  params: SpadeParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('./with-extractor.js');
    const { Spade } = await import('./spade.js');
    return withExtractor(params.backbone, environment, (extractor) => new Spade(params, extractor));
  },
};

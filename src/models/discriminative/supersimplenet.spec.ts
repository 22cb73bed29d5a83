import type { ModelSpec } from '../spec.js';
import { SuperSimpleNetParams } from './supersimplenet-params.js';

export const superSimpleNet: ModelSpec<SuperSimpleNetParams> = {
  name: 'vision_supersimplenet',
  title: 'SuperSimpleNet',
  summary:
    'Trains two heads on fine local features, one for every place and one for the picture, to find noise of random shapes in features of good pictures; where defects are labelled, it learns from them as well.',
  paper:
    'Rolih, Fucka and Skocaj, SuperSimpleNet: Unifying Unsupervised and Supervised Learning for Fast and Reliable Surface Defect Detection, ICPR 2024',
  family: 'discriminative',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true, defects: 'optional' },
  params: SuperSimpleNetParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { SuperSimpleNet } = await import('./supersimplenet.js');
    return withExtractor(params.backbone, environment, (extractor) => new SuperSimpleNet(params, extractor));
  },
};

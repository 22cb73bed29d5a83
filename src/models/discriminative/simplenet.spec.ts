import type { ModelSpec } from '../spec.js';
import { SimpleNetParams } from './simplenet-params.js';

export const simpleNet: ModelSpec<SimpleNetParams> = {
  name: 'vision_simplenet',
  title: 'SimpleNet',
  summary:
    'Trains a small network to tell the local features of good pictures from the same features with noise; its answer at every place is the map. For textures and parts in varying pose, once trained as fast as its backbone.',
  paper: 'Liu et al., SimpleNet: A Simple Network for Image Anomaly Detection and Localization, CVPR 2023',
  family: 'discriminative',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true },
  params: SimpleNetParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { SimpleNet } = await import('./simplenet.js');
    return withExtractor(params.backbone, environment, (extractor) => new SimpleNet(params, extractor));
  },
};

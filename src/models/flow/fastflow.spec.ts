import type { ModelSpec } from '../spec.js';
import { FastflowParams } from './fastflow-params.js';

export const fastflow: ModelSpec<FastflowParams> = {
  name: 'vision_fastflow',
  title: 'FastFlow',
  summary:
    'Trains an invertible network of convolutions to turn the feature maps of good pictures into standard normal values and scores every place by how unlikely it becomes; for textures and parts, quick when it scores.',
  paper:
    'Yu et al., FastFlow: Unsupervised Anomaly Detection and Localization via 2D Normalizing Flows, arXiv 2111.07677, 2021',
  family: 'flow',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true },
  params: FastflowParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { Fastflow } = await import('./fastflow.js');
    return withExtractor(params.backbone, environment, (extractor) => new Fastflow(params, extractor));
  },
};

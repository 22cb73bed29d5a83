import type { ModelSpec } from '../spec.js';
import { CsflowParams } from './csflow-params.js';

export const csflow: ModelSpec<CsflowParams> = {
  name: 'vision_csflow',
  title: 'CS-Flow',
  summary:
    'Trains an invertible network on features of a picture at three sizes at once to turn those of good pictures into standard normal values and scores every place by the squares it becomes; for defects of very different sizes.',
  paper: 'Rudolph et al., Fully Convolutional Cross-Scale-Flows for Image-based Defect Detection, WACV 2022',
  family: 'flow',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true },
  params: CsflowParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { Csflow } = await import('./csflow.js');
    return withExtractor(params.backbone, environment, (extractor) => new Csflow(params, extractor));
  },
};

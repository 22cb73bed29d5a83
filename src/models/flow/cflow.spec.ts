import type { ModelSpec } from '../spec.js';
import { CflowParams } from './cflow-params.js';

export const cflow: ModelSpec<CflowParams> = {
  name: 'vision_cflow',
  title: 'CFLOW-AD',
  summary:
    'Trains an invertible network that turns the features of one place of a good picture, given where it is, into standard normal values and scores every place by its likelihood; for parts that always lie alike.',
  paper:
    'Gudovskiy, Ishizaka and Kozuka, CFLOW-AD: Real-Time Unsupervised Anomaly Detection with Localization via Conditional Normalizing Flows, WACV 2022',
  family: 'flow',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true },
  params: CflowParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { Cflow } = await import('./cflow.js');
    return withExtractor(params.backbone, environment, (extractor) => new Cflow(params, extractor));
  },
};

import type { ModelSpec } from '../spec.js';
import { DraemParams } from './draem-params.js';

export const draem: ModelSpec<DraemParams> = {
  name: 'vision_draem',
  title: 'DRAEM',
  summary:
    'Learns to take made-up anomalies off good pictures and to find them from a picture and its reconstruction; gives sharp maps.',
  paper:
    'Zavrtanik, Kristan and Skocaj, DRAEM: A Discriminatively Trained Reconstruction Embedding for Surface Anomaly Detection, ICCV 2021',
  family: 'discriminative',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: true, others: 'optional' },
  params: DraemParams,
  create: async (params) => {
    const { Draem } = await import('./draem.js');
    return new Draem(params);
  },
};

import type { ModelSpec } from '../spec.js';
import { RiadParams } from './riad-params.js';

export const riad: ModelSpec<RiadParams> = {
  name: 'vision_riad',
  title: 'RIAD',
  summary:
    'Learns to fill in removed squares of good pictures and scores every place by the edges that it fills in wrongly.',
  paper:
    'Zavrtanik, Kristan and Skocaj, Reconstruction by Inpainting for Visual Anomaly Detection, Pattern Recognition 2021',
  family: 'reconstruction',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: true },
  params: RiadParams,
  create: async (params) => {
    const { Riad } = await import('./riad.js');
    return new Riad(params);
  },
};

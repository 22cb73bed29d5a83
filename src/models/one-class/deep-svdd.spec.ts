import type { ModelSpec } from '../spec.js';
import { DeepSvddParams } from './deep-svdd-params.js';

export const deepSvdd: ModelSpec<DeepSvddParams> = {
  name: 'vision_deep_svdd',
  title: 'Deep SVDD',
  summary:
    'Trains a small network without biases to draw whole good pictures together around a point and scores a picture by its distance to it; a classic baseline without a backbone and without a map.',
  paper: 'Ruff et al., Deep One-Class Classification, ICML 2018',
  family: 'one-class',
  outputs: ['score'],
  needs: { backbone: false, gradients: true },
  params: DeepSvddParams,
  create: async (params) => {
    const { DeepSvdd } = await import('./deep-svdd.js');
    return new DeepSvdd(params);
  },
};

import type { ModelSpec } from '../spec.js';
import { SoftPatchParams } from './softpatch-params.js';
import { withExtractor } from './with-extractor.js';

export const softPatch: ModelSpec<SoftPatchParams> = {
  name: 'vision_softpatch',
  title: 'SoftPatch',
  summary:
    'PatchCore for training pictures among which there are defective ones: patches that are odd at their place stay out of the bank, the others are weighed; for parts that lie alike.',
  paper: 'Jiang et al., SoftPatch: Unsupervised Anomaly Detection with Noisy Data, NeurIPS 2022',
  family: 'memory-bank',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: false },
  params: SoftPatchParams,
  create: async (params, environment) => {
    const { SoftPatch } = await import('./softpatch.js');
    return withExtractor(params.backbone, environment, (extractor) => new SoftPatch(params, extractor));
  },
};

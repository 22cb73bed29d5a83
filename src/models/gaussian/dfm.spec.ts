import type { ModelSpec } from '../spec.js';
import { DfmParams } from './dfm-params.js';

export const dfm: ModelSpec<DfmParams> = {
  name: 'vision_dfm',
  title: 'DFM',
  summary:
    'Describes a whole picture by pooled features and scores what the principal components of good pictures do not explain; quick and small, for parts that always lie alike and defects that are not tiny.',
  paper:
    'Ahuja et al., Probabilistic Modeling of Deep Features for Out-of-Distribution and Adversarial Detection, 2019; Ndiour et al., Subspace Modeling for Fast Out-Of-Distribution and Anomaly Detection, ICIP 2022 (fre)',
  family: 'gaussian',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: false },
  params: DfmParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { Dfm } = await import('./dfm.js');
    return withExtractor(params.backbone, environment, (extractor) => new Dfm(params, extractor));
  },
};

import type { ModelSpec } from '../spec.js';
import { PadimParams } from './padim-params.js';

export const padim: ModelSpec<PadimParams> = {
  name: 'vision_padim',
  title: 'PaDiM',
  summary:
    'Learns a Gaussian of the local features of every place and scores it by the Mahalanobis distance; for parts that always lie alike, small to store and quick to score.',
  paper:
    'Defard et al., PaDiM: a Patch Distribution Modeling Framework for Anomaly Detection and Localization, ICPR 2021',
  family: 'gaussian',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: false },
  params: PadimParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { Padim } = await import('./padim.js');
    return withExtractor(params.backbone, environment, (extractor) => new Padim(params, extractor));
  },
};

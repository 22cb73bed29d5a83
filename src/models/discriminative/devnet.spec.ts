import type { ModelSpec } from '../spec.js';
import { DevNetParams } from './devnet-params.js';

export const devNet: ModelSpec<DevNetParams> = {
  name: 'vision_devnet',
  title: 'DevNet',
  summary:
    'Learns from good pictures and a few labelled defects to score places so that good pictures stay at the mean of a normal prior and defective ones far above it; for defects that are known.',
  paper: 'Pang et al., Explainable Deep Few-shot Anomaly Detection with Deviation Networks, arXiv 2108.00462, 2021',
  family: 'discriminative',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true, defects: 'required' },
  params: DevNetParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { DevNet } = await import('./devnet.js');
    return withExtractor(params.backbone, environment, (extractor) => new DevNet(params, extractor));
  },
};

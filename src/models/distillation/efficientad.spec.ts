import type { ModelSpec } from '../spec.js';
import { EfficientAdParams } from './efficientad-params.js';

export const efficientAd: ModelSpec<EfficientAdParams> = {
  name: 'vision_efficientad',
  aliases: ['efficient_ad'],
  title: 'EfficientAD',
  summary:
    'Trains a small network to predict the features of a teacher and of an autoencoder; local defects show against the first, wrong arrangements against the second.',
  paper:
    'Batzner, Heckler and König, EfficientAD: Accurate Visual Anomaly Detection at Millisecond-Level Latencies, WACV 2024',
  family: 'distillation',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true, others: 'optional' },
  params: EfficientAdParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { EfficientAd } = await import('./efficientad.js');
    return withExtractor(params.backbone, environment, (extractor) => new EfficientAd(params, extractor));
  },
};

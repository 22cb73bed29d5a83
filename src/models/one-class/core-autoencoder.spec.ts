import type { ModelSpec } from '../spec.js';
import { CoreAutoencoderParams } from './core-autoencoder-params.js';

export const coreAutoencoder: ModelSpec<CoreAutoencoderParams> = {
  name: 'core_autoencoder',
  aliases: ['core_torch_autoencoder'],
  title: 'Autoencoder of features',
  summary:
    'Trains a small network to squeeze the features of good pictures through a narrow layer and scores every place by what does not come back; a quick baseline.',
  paper: 'Hinton and Salakhutdinov, Reducing the Dimensionality of Data with Neural Networks, Science 2006',
  family: 'one-class',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true },
  params: CoreAutoencoderParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { CoreAutoencoder } = await import('./core-autoencoder.js');
    return withExtractor(params.backbone, environment, (extractor) => new CoreAutoencoder(params, extractor));
  },
};

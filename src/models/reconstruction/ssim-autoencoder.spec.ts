import type { ModelSpec } from '../spec.js';
import { SsimAutoencoderParams } from './ssim-autoencoder-params.js';

export const ssimAutoencoder: ModelSpec<SsimAutoencoderParams> = {
  name: 'ssim_autoencoder',
  title: 'SSIM autoencoder',
  summary:
    'Learns to compress good pictures and scores every place by how much its structure changes on the way through.',
  paper:
    'Bergmann et al., Improving Unsupervised Defect Segmentation by Applying Structural Similarity to Autoencoders, VISAPP 2019',
  family: 'reconstruction',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: true },
  params: SsimAutoencoderParams,
  create: async (params) => {
    const { SsimAutoencoder } = await import('./ssim-autoencoder.js');
    return new SsimAutoencoder(params);
  },
};

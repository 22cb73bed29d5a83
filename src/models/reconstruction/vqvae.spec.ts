import type { ModelSpec } from '../spec.js';
import { VqvaeParams } from './vqvae-params.js';

export const vqvae: ModelSpec<VqvaeParams> = {
  name: 'vqvae_conv',
  title: 'VQ-VAE',
  summary:
    'Learns to write good pictures with a small codebook and scores every place by how badly it comes back from it.',
  paper: 'van den Oord, Vinyals and Kavukcuoglu, Neural Discrete Representation Learning, NeurIPS 2017',
  family: 'reconstruction',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: true },
  params: VqvaeParams,
  create: async (params) => {
    const { Vqvae } = await import('./vqvae.js');
    return new Vqvae(params);
  },
};

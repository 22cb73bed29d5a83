import type { ModelSpec } from '../spec.js';
import { VaeParams } from './vae-params.js';

export const vae: ModelSpec<VaeParams> = {
  name: 'vae_conv',
  title: 'Variational autoencoder',
  summary:
    'Learns to compress good pictures into a code that is nearly noise and scores every place by how badly it comes back.',
  paper: 'Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014',
  family: 'reconstruction',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: true },
  params: VaeParams,
  create: async (params) => {
    const { Vae } = await import('./vae.js');
    return new Vae(params);
  },
};

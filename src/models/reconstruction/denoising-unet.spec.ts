import type { ModelSpec } from '../spec.js';
import { DenoisingUnetParams } from './denoising-unet-params.js';

export const denoisingUnet: ModelSpec<DenoisingUnetParams> = {
  name: 'ae_resnet_unet',
  title: 'Residual U-Net autoencoder',
  summary:
    'Learns to take coarse noise off good pictures and scores every place by what it takes off: defects go with the noise.',
  paper:
    "Kascenas, Pugeault and O'Neil, Denoising Autoencoders for Unsupervised Anomaly Detection in Brain MRI, MIDL 2022",
  family: 'reconstruction',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: true },
  params: DenoisingUnetParams,
  create: async (params) => {
    const { DenoisingUnet } = await import('./denoising-unet.js');
    return new DenoisingUnet(params);
  },
};

import type { ModelSpec } from '../spec.js';
import { PixelGaussianParams } from './pixel-gaussian-params.js';

export const pixelGaussian: ModelSpec<PixelGaussianParams> = {
  name: 'vision_pixel_gaussian_map',
  title: 'Pixel Gaussian',
  summary: 'Learns mean and spread of every pixel; fast and exact for parts of fixed pose and light.',
  paper: 'z-scores of independent pixels (textbook statistics)',
  family: 'gaussian',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: false },
  params: PixelGaussianParams,
  create: async (params) => new (await import('./pixel-gaussian.js')).PixelGaussian(params),
};

import type { ModelSpec } from '../spec.js';
import { PixelMadParams } from './pixel-mad-params.js';

export const pixelMad: ModelSpec<PixelMadParams> = {
  name: 'vision_pixel_mad_map',
  title: 'Pixel MAD',
  summary: 'Learns the median of every pixel and its usual distance; bears some bad pictures among the good ones.',
  paper: 'Iglewicz and Hoaglin, How to Detect and Handle Outliers, ASQC 1993',
  family: 'gaussian',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: false },
  params: PixelMadParams,
  create: async (params) => new (await import('./pixel-mad.js')).PixelMad(params),
};

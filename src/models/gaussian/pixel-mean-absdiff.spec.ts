import type { ModelSpec } from '../spec.js';
import { PixelMeanAbsdiffParams } from './pixel-mean-absdiff-params.js';

export const pixelMeanAbsdiff: ModelSpec<PixelMeanAbsdiffParams> = {
  name: 'vision_pixel_mean_absdiff_map',
  title: 'Mean picture difference',
  summary: 'Learns the mean picture and marks what differs from it; the plainest reference to compare others with.',
  paper: 'golden-template subtraction (textbook image processing)',
  family: 'gaussian',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: false },
  params: PixelMeanAbsdiffParams,
  create: async (params) => new (await import('./pixel-mean-absdiff.js')).PixelMeanAbsdiff(params),
};

import type { ModelSpec } from '../spec.js';
import { GlassParams } from './glass-params.js';

export const glass: ModelSpec<GlassParams> = {
  name: 'vision_glass',
  title: 'GLASS',
  summary:
    'Trains a small network to tell the local features of good pictures from anomalies made near them by gradient ascent and from textures laid over the pictures; gives sharp maps of weak defects.',
  paper:
    'Chen et al., A Unified Anomaly Synthesis Strategy with Gradient Ascent for Industrial Anomaly Detection and Localization, ECCV 2024',
  family: 'discriminative',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: true },
  params: GlassParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { Glass } = await import('./glass.js');
    return withExtractor(params.backbone, environment, (extractor) => new Glass(params, extractor));
  },
};

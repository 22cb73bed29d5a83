import type { ModelSpec } from '../spec.js';
import { PhaseCorrelationParams } from './phase-correlation-params.js';

export const phaseCorrelationMap: ModelSpec<PhaseCorrelationParams> = {
  name: 'vision_phase_correlation_map',
  title: 'Phase correlation',
  summary: 'Keeps one or a few good pictures, undoes the shift of a picture against them, and marks what differs.',
  paper: 'Kuglin and Hines, The Phase Correlation Image Alignment Method, 1975',
  family: 'template',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: false },
  params: PhaseCorrelationParams,
  create: async (params) => new (await import('./phase-correlation.js')).PhaseCorrelation(params),
};

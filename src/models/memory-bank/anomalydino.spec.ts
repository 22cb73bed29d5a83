import type { ModelSpec } from '../spec.js';
import { AnomalyDinoParams } from './anomalydino-params.js';
import { withExtractor } from './with-extractor.js';

export const anomalyDino: ModelSpec<AnomalyDinoParams> = {
  name: 'vision_anomalydino',
  title: 'AnomalyDINO',
  summary:
    'Keeps the patch tokens of a few good pictures and scores every place by its cosine distance to the nearest; made for DINOv2 and for one to sixteen pictures.',
  paper: 'Damm et al., AnomalyDINO: Boosting Patch-based Few-shot Anomaly Detection with DINOv2, WACV 2025',
  family: 'memory-bank',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: false },
  params: AnomalyDinoParams,
  create: async (params, environment) => {
    const { AnomalyDino } = await import('./anomalydino.js');
    return withExtractor(params.backbone, environment, (extractor) => new AnomalyDino(params, extractor));
  },
};

import type { ModelSpec } from '../spec.js';
import { CutPasteParams } from './cutpaste-params.js';

export const cutPaste: ModelSpec<CutPasteParams> = {
  name: 'vision_cutpaste',
  title: 'CutPaste',
  summary:
    'Learns features that tell good pictures from those with a displaced piece and scores by the distance to the features of good pictures.',
  paper: 'Li et al., CutPaste: Self-Supervised Learning for Anomaly Detection and Localization, CVPR 2021',
  family: 'discriminative',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: true },
  params: CutPasteParams,
  create: async (params) => {
    const { CutPaste } = await import('./cutpaste.js');
    return new CutPaste(params);
  },
};

import { withExtractor } from '../memory-bank/with-extractor.js';
import type { ModelSpec } from '../spec.js';
import { RefPatchDistanceParams } from './ref-patch-distance-params.js';

export const refPatchDistance: ModelSpec<RefPatchDistanceParams> = {
  name: 'vision_ref_patch_distance_map',
  title: 'Reference patch distance',
  summary:
    'Compares the local features of a picture with those of its reference, at the same place or at the nearest of a few around it.',
  paper: 'Patch features as in Roth et al., CVPR 2022, compared place by place with one reference instead of a bank',
  family: 'template',
  outputs: ['score', 'map'],
  needs: { backbone: true, gradients: false, references: true },
  params: RefPatchDistanceParams,
  create: async (params, { weights }) => {
    const { RefPatchDistance } = await import('./ref-patch-distance.js');
    return withExtractor(params.backbone, { weights }, (extractor) => new RefPatchDistance(params, extractor));
  },
};

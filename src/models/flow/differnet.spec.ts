import type { ModelSpec } from '../spec.js';
import { DiffernetParams } from './differnet-params.js';

export const differnet: ModelSpec<DiffernetParams> = {
  name: 'vision_differnet',
  aliases: ['differnet'],
  title: 'DifferNet',
  summary:
    'Trains an invertible network on the mean features of whole good pictures at three sizes, seen turned a little, and scores a picture by how unlikely it becomes; a score without a map, for defects that change a picture as a whole.',
  paper:
    'Rudolph, Wandt and Rosenhahn, Same Same But DifferNet: Semi-Supervised Defect Detection with Normalizing Flows, WACV 2021',
  family: 'flow',
  outputs: ['score'],
  needs: { backbone: true, gradients: true },
  params: DiffernetParams,
  create: async (params, environment) => {
    const { withExtractor } = await import('../memory-bank/with-extractor.js');
    const { Differnet } = await import('./differnet.js');
    return withExtractor(params.backbone, environment, (extractor) => new Differnet(params, extractor));
  },
};

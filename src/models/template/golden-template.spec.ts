import type { ModelSpec } from '../spec.js';
import { GoldenTemplateParams } from './golden-template-params.js';

export const goldenTemplate: ModelSpec<GoldenTemplateParams> = {
  name: 'vision_golden_template_map',
  title: 'Golden template',
  summary:
    'Lays the reference of a picture over it, as a whole and part by part, and marks what no small shift explains; for printed patterns whose golden sample is known.',
  paper:
    'Registration by phase correlation (Kuglin and Hines 1975) and block matching; tolerance by grey-scale dilation and erosion of the reference',
  family: 'template',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: false, references: true },
  params: GoldenTemplateParams,
  create: async (params) => new (await import('./golden-template.js')).GoldenTemplate(params),
};

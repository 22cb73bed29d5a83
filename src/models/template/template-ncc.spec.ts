import type { ModelSpec } from '../spec.js';
import { TemplateNccParams } from './template-ncc-params.js';

export const templateNcc: ModelSpec<TemplateNccParams> = {
  name: 'vision_template_ncc_map',
  title: 'Template correlation',
  summary: 'Keeps one or a few good pictures and marks where the local shape differs; changes of light do not matter.',
  paper: 'Lewis, Fast Template Matching, Vision Interface 1995',
  family: 'template',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: false },
  params: TemplateNccParams,
  create: async (params) => new (await import('./template-ncc.js')).TemplateNcc(params),
};

import type { ModelSpec } from '../spec.js';
import { SsimTemplateParams } from './ssim-template-params.js';

export const ssimTemplate: ModelSpec<SsimTemplateParams> = {
  name: 'ssim_template_map',
  title: 'SSIM template',
  summary: 'Keeps one or a few good pictures and marks where the structure of a picture differs from the closest one.',
  paper: 'Wang et al., Image Quality Assessment: From Error Visibility to Structural Similarity, IEEE TIP 2004',
  family: 'template',
  outputs: ['score', 'map'],
  needs: { backbone: false, gradients: false },
  params: SsimTemplateParams,
  create: async (params) => new (await import('./ssim-template.js')).SsimTemplate(params),
};

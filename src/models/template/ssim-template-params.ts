import { strict, type t } from '../../config/codec.js';
import { templateParams } from './template-params.js';

export const SsimTemplateParams = strict('SsimTemplateParams', { ...templateParams });
export type SsimTemplateParams = t.TypeOf<typeof SsimTemplateParams>;

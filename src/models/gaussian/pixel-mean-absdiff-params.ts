import { strict, type t } from '../../config/codec.js';
import { pixelParams } from './pixel-params.js';

export const PixelMeanAbsdiffParams = strict('PixelMeanAbsdiffParams', { ...pixelParams });
export type PixelMeanAbsdiffParams = t.TypeOf<typeof PixelMeanAbsdiffParams>;

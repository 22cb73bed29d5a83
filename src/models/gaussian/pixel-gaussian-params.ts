import { NonNegativeNumber, strict, type t, withDefault } from '../../config/codec.js';
import { ChannelReduce } from './channel-rule.js';
import { pixelParams } from './pixel-params.js';

export const PixelGaussianParams = strict('PixelGaussianParams', {
  ...pixelParams,
  channel_reduce: ChannelReduce,
  /** The least standard deviation of a pixel, in grey levels. */
  std_floor: withDefault(NonNegativeNumber, 1),
});
export type PixelGaussianParams = t.TypeOf<typeof PixelGaussianParams>;

import { NonNegativeNumber, PositiveInteger, strict, t, withDefault } from '../../config/codec.js';
import { ChannelReduce } from './channel-rule.js';
import { pixelParams } from './pixel-params.js';

export const PixelMadParams = strict('PixelMadParams', {
  ...pixelParams,
  channel_reduce: ChannelReduce,
  /** The least MAD of a pixel, in grey levels. */
  mad_floor: withDefault(NonNegativeNumber, 1),
  /** Multiplies by 0.6745, so that the values of normal data read as standard deviations. */
  consistency_correction: withDefault(t.boolean, true),
  /** The most pictures that the medians are taken over; with more, so many are drawn by the seed. */
  max_train_images: withDefault(PositiveInteger, 128),
});
export type PixelMadParams = t.TypeOf<typeof PixelMadParams>;

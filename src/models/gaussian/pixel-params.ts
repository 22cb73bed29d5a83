import { oneOf, withDefault } from '../../config/codec.js';
import { HeightWidth } from '../maps/height-width.js';
import { scoringParams } from '../maps/map-params.js';

/** The parameters that all pixel statistics share; spread into their codecs. */
export const pixelParams = {
  resize_hw: withDefault(HeightWidth, { height: 256, width: 256 }),
  color: withDefault(oneOf(['gray', 'rgb']), 'gray'),
  ...scoringParams,
};

import { PositiveInteger, withDefault } from '../../config/codec.js';
import { HeightWidth } from '../maps/height-width.js';
import { scoringParams } from '../maps/map-params.js';

/** The parameters that all template models share; spread into their codecs. */
export const templateParams = {
  resize_hw: withDefault(HeightWidth, { height: 384, width: 512 }),
  /** How many training pictures are kept; a picture is compared with the one that it resembles most. */
  n_templates: withDefault(PositiveInteger, 1),
  ...scoringParams,
};

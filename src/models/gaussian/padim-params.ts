import { Backbone } from '../../config/backbone.js';
import {
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  PositiveInteger,
  PositiveNumber,
  strict,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { FixedResize } from '../fixed-resize.js';

/** Parameters of `vision_padim`. */
export const PadimParams = strict('PadimParams', {
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 224, width: 224 } }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /** Pixels by which every picture is mirrored outwards before the backbone; null = as many as the backbone needs. */
  context: withDefault(nullable(NonNegativeInteger), null),
  /** Values that describe a place; a backbone that gives no more of them keeps all, and so does null. */
  d: withDefault(nullable(PositiveInteger), 128),
  /** How the backbone's features become `d` values: random sums of all of them, or randomly chosen ones, as in the paper. */
  projection: withDefault(oneOf(['gaussian', 'sparse', 'channels']), 'gaussian'),
  /** Added to the diagonal of every covariance. */
  covariance_eps: withDefault(PositiveNumber, 0.01),
  /** The most megabytes that the fit may take for its Gaussians. */
  memory_mb: withDefault(PositiveNumber, 2048),
  /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
  score_top: withDefault(Unit, 0),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 4),
});
export type PadimParams = t.TypeOf<typeof PadimParams>;

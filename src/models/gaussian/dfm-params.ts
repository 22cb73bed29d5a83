import { Backbone } from '../../config/backbone.js';
import {
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  PositiveInteger,
  PositiveNumber,
  Share,
  strict,
  t,
  withDefault,
} from '../../config/codec.js';
import { FixedResize } from '../fixed-resize.js';

/** Parameters of `vision_dfm`. */
export const DfmParams = strict('DfmParams', {
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 224, width: 224 } }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /** Pixels by which every picture is mirrored outwards before the backbone; null = as many as the backbone needs. */
  context: withDefault(nullable(NonNegativeInteger), null),
  /** Side of the window, in features, whose means describe a picture together; null = one mean of the whole picture. */
  pooling: withDefault(nullable(PositiveInteger), 4),
  /**
   * `fre`: what the principal components leave of a picture, squared; `nll`: the negative logarithm of its density in them;
   * `mahalanobis`: its distance to the mean under a shrunk covariance of all values.
   */
  method: withDefault(oneOf(['fre', 'nll', 'mahalanobis']), 'fre'),
  /** The share of the variance that the principal components hold. */
  pca_level: withDefault(Share, 0.97),
  /** The most pictures of which the components are computed, where a picture has more values than this. */
  max_pictures: withDefault(PositiveInteger, 1000),
  /** The most megabytes that the fit may take. */
  memory_mb: withDefault(PositiveNumber, 2048),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 0),
});
export type DfmParams = t.TypeOf<typeof DfmParams>;

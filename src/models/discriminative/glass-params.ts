import {
  defaultsOf,
  NonNegativeInteger,
  NonNegativeNumber,
  oneOf,
  OpenUnit,
  PositiveInteger,
  PositiveNumber,
  strict,
  type t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FEATURE_NET_PARAMS, NEIGHBORHOOD_PARAMS } from './feature-net-params.js';

const Training = trainingRule({ epochs: 640, batch_size: 8, lr: 2e-4, optimizer_name: 'adamw', weight_decay: 1e-5 });

/** Parameters of `vision_glass`. Lengths are told in those of the noise, `noise_std * sqrt(width of the features)`. */
export const GlassParams = strict('GlassParams', {
  ...FEATURE_NET_PARAMS,
  ...NEIGHBORHOOD_PARAMS,
  /** Standard deviation of the noise that global anomalies begin with. */
  noise_std: withDefault(PositiveNumber, 0.015),
  /** Steps of gradient ascent; 0 leaves the noise as it is. */
  ascent_steps: withDefault(NonNegativeInteger, 20),
  /** Length of a step. */
  ascent_rate: withDefault(PositiveNumber, 0.0017),
  /** Steps after which anomalies are brought back into the shell. */
  truncate_every: withDefault(PositiveInteger, 5),
  /** What the shell lies around: every good feature itself, or the mean of its place. */
  hypothesis: withDefault(oneOf(['manifold', 'hypersphere']), 'manifold'),
  /** Of `manifold`: the inner radius of the shell; the outer one is twice it. */
  radius: withDefault(PositiveNumber, 1.7),
  /** Of `hypersphere`: the share of good features within the inner radius. */
  radius_quantile: withDefault(OpenUnit, 0.75),
  /** Local anomalies that every picture is given, once and for all; their features are kept with its own. */
  overlays: withDefault(PositiveInteger, 8),
  /** The share of local anomalies made of the picture's own blocks in another order; the others are made-up textures. */
  own_share: withDefault(Unit, 0.5),
  /** The quantile of the losses of local anomalies above which places count: the easy ones below it teach nothing. */
  hard_quantile: withDefault(OpenUnit, 0.5),
  /** Exponent of the focal loss of local anomalies. */
  focal_gamma: withDefault(NonNegativeNumber, 2),
  /** The share of the learning rate by which the adaptor is moved. */
  adaptor_rate: withDefault(PositiveNumber, 0.5),
  /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
  score_top: withDefault(Unit, 0),
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type GlassParams = t.TypeOf<typeof GlassParams>;

import {
  defaultsOf,
  FiniteNumber,
  NonNegativeNumber,
  nullable,
  PositiveInteger,
  PositiveNumber,
  strict,
  t,
  withDefault,
} from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FEATURE_NET_PARAMS, NoiseReach } from './feature-net-params.js';

const Training = trainingRule({ epochs: 300, batch_size: 32, lr: 2e-4, optimizer_name: 'adamw', weight_decay: 1e-5 });

/** Parameters of `vision_supersimplenet`. */
export const SuperSimpleNetParams = strict('SuperSimpleNetParams', {
  ...FEATURE_NET_PARAMS,
  /** How many times as fine the grid is as that of the finest layer; null = 2, as in the paper; 1 takes a quarter of the time. */
  upscale: withDefault(nullable(PositiveInteger), null),
  /** Channels of the convolution of the head that judges the whole picture. */
  cls_dim: withDefault(PositiveInteger, 128),
  /** Whether that head sees the adapted features (ICPR 2024) instead of those of the backbone (the journal). */
  adapt_cls_features: withDefault(t.boolean, false),
  /** Standard deviation of the noise that makes features anomalous. */
  noise_std: withDefault(PositiveNumber, 0.015),
  noise_reach: NoiseReach,
  /** Perlin noise, of -1..1, above it is where the noise is added. */
  perlin_threshold: withDefault(FiniteNumber, 0.2),
  /** How far the map is to be from 0 at good and at anomalous places. */
  margin: withDefault(NonNegativeNumber, 0.5),
  /** Exponent of the focal losses. */
  focal_gamma: withDefault(NonNegativeNumber, 4),
  /** The share of the learning rate by which the adaptor is moved. */
  adaptor_rate: withDefault(PositiveNumber, 0.5),
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type SuperSimpleNetParams = t.TypeOf<typeof SuperSimpleNetParams>;

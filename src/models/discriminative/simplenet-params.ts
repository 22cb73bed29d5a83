import {
  defaultsOf,
  NonNegativeNumber,
  PositiveNumber,
  strict,
  type t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FEATURE_NET_PARAMS, NEIGHBORHOOD_PARAMS, NoiseReach } from './feature-net-params.js';

const Training = trainingRule({ epochs: 160, batch_size: 4, lr: 2e-4, optimizer_name: 'adam', weight_decay: 1e-5 });

/** Parameters of SimpleNet. */
export const SimpleNetParams = strict('SimpleNetParams', {
  ...FEATURE_NET_PARAMS,
  ...NEIGHBORHOOD_PARAMS,
  /** Standard deviation of the noise that makes features anomalous. */
  noise_std: withDefault(PositiveNumber, 0.015),
  noise_reach: NoiseReach,
  /** How far the scores of good and of anomalous features are to be from 0. */
  margin: withDefault(NonNegativeNumber, 0.5),
  /** The share of the learning rate by which the adaptor is moved. */
  adaptor_rate: withDefault(PositiveNumber, 0.5),
  /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
  score_top: withDefault(Unit, 0),
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type SimpleNetParams = t.TypeOf<typeof SimpleNetParams>;

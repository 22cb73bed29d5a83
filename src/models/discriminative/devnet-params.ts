import {
  defaultsOf,
  nullable,
  PositiveInteger,
  PositiveNumber,
  Share,
  strict,
  type t,
  withDefault,
} from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { SHARED_PARAMS } from '../memory-bank/shared-params.js';
import { FEATURE_NET_PARAMS } from './feature-net-params.js';

const Training = trainingRule({
  epochs: 1000,
  max_steps: 1000,
  batch_size: 48,
  lr: 2e-4,
  optimizer_name: 'adam',
  weight_decay: 1e-5,
  scheduler_name: 'cosine',
});

/** Parameters of `vision_devnet`. */
export const DevNetParams = strict('DevNetParams', {
  ...FEATURE_NET_PARAMS,
  feature_deviation: withDefault(nullable(PositiveNumber), 1),
  hidden_dim: withDefault(PositiveInteger, 128),
  patch_size: SHARED_PARAMS.patch_size,
  /** Width to which every layer's neighbourhoods are pooled; null keeps the layer's channels. */
  layer_dim: SHARED_PARAMS.layer_dim,
  /** The share of the highest places whose mean is the image score, in training as well. */
  score_top: withDefault(Share, 0.1),
  /** Standard deviations of the prior above its mean that the scores of defective pictures are to reach. */
  margin: withDefault(PositiveNumber, 5),
  /** Scores that are drawn from the prior for every step. */
  prior_scores: withDefault(PositiveInteger, 5000),
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type DevNetParams = t.TypeOf<typeof DevNetParams>;

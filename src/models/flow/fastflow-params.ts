import { defaultsOf, PositiveInteger, PositiveNumber, strict, t, withDefault } from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FLOW_PARAMS } from './flow-params.js';

const Training = trainingRule({ epochs: 60, batch_size: 8, lr: 1e-3, optimizer_name: 'adam', weight_decay: 1e-5 });

/** Parameters of `vision_fastflow`. */
export const FastflowParams = strict('FastflowParams', {
  ...FLOW_PARAMS,
  /** Steps of the flow of every layer: 8 in the paper, 20 for transformers. */
  flow_steps: withDefault(PositiveInteger, 8),
  /** Channels between the convolutions of a subnet for every channel that comes in; 0.16 in the paper for transformers. */
  hidden_ratio: withDefault(PositiveNumber, 1),
  /** Filters of 3 x 3 in every step; otherwise every second step has filters of 1 x 1. */
  conv3x3_only: withDefault(t.boolean, false),
  /** The largest logarithm of a scale. */
  clamp: withDefault(PositiveNumber, 2),
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type FastflowParams = t.TypeOf<typeof FastflowParams>;

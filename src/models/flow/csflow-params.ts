import { defaultsOf, PositiveInteger, PositiveNumber, strict, type t, withDefault } from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FLOW_PARAMS } from './flow-params.js';

const Training = trainingRule({
  ...{ epochs: 30, batch_size: 8, lr: 1e-3, optimizer_name: 'adam' },
  ...{ weight_decay: 1e-5, clip_norm: 1 },
});

/** Parameters of `vision_csflow`. */
export const CsflowParams = strict('CsflowParams', {
  ...FLOW_PARAMS,
  coupling_blocks: withDefault(PositiveInteger, 4),
  /** Channels between the convolutions of a subnet; 1024 in the paper. */
  hidden_channels: withDefault(PositiveInteger, 32),
  /** The largest logarithm of a scale. */
  clamp: withDefault(PositiveNumber, 3),
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type CsflowParams = t.TypeOf<typeof CsflowParams>;

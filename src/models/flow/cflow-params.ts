import { defaultsOf, PositiveInteger, PositiveNumber, refine, strict, t, withDefault } from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FLOW_PARAMS } from './flow-params.js';

const MultipleOfFour = refine('multiple of 4', t.number, (n) => Number.isSafeInteger(n) && n > 0 && n % 4 === 0);

const Training = trainingRule({
  ...{ epochs: 20, batch_size: 8, lr: 1e-3, optimizer_name: 'adam' },
  ...{ scheduler_name: 'cosine', warmup_epochs: 2 },
});

/** Parameters of `vision_cflow`. */
export const CflowParams = strict('CflowParams', {
  ...FLOW_PARAMS,
  /** Blocks of the flow of every layer. */
  coupling_blocks: withDefault(PositiveInteger, 8),
  /** Values that tell a place from the others; 128 in the paper. */
  condition_dim: withDefault(MultipleOfFour, 32),
  /** The largest logarithm of a scale. */
  clamp: withDefault(PositiveNumber, 1.9),
  /** Places of the finest layer in a training step. */
  fiber_batch_size: withDefault(PositiveInteger, 256),
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type CflowParams = t.TypeOf<typeof CflowParams>;

import { defaultsOf, PositiveInteger, PositiveNumber, refine, strict, t, withDefault } from '../../config/codec.js';
import { trainingRule } from '../../config/training-rule.js';
import { FLOW_PARAMS } from './flow-params.js';

const Degrees = refine('number from 0 to 180', t.number, (n) => n >= 0 && n <= 180);

const Training = trainingRule({
  ...{ epochs: 60, batch_size: 8, lr: 2e-4, optimizer_name: 'adam', weight_decay: 1e-5 },
  ...{ beta1: 0.8, beta2: 0.8, eps: 1e-4 },
});

const { backbone, resize, interpolation, antialias, context, map_interpolation, map_sigma, feature_noise } =
  FLOW_PARAMS;

/** Parameters of `vision_differnet`. */
export const DiffernetParams = strict('DiffernetParams', {
  ...{ backbone, resize, interpolation, antialias, context, map_interpolation, map_sigma, feature_noise },
  coupling_blocks: withDefault(PositiveInteger, 8),
  /** Values of each of the three hidden layers of a subnet; 2048 in the paper. */
  hidden: withDefault(PositiveInteger, 128),
  /** The largest logarithm of a scale. */
  clamp: withDefault(PositiveNumber, 3),
  /** Turned copies of every picture, in training and in scoring; in the paper 4 in training and 64 in scoring. */
  transforms: withDefault(PositiveInteger, 4),
  /** How far a copy is turned to either side at the most; 180 in the paper. */
  rotation: withDefault(Degrees, 10),
  training: withDefault(Training, () => defaultsOf(Training)),
});
export type DiffernetParams = t.TypeOf<typeof DiffernetParams>;

import {
  NonNegativeInteger,
  oneOf,
  PositiveInteger,
  PositiveNumber,
  refine,
  strict,
  t,
  withDefault,
} from '../../config/codec.js';
import { ResizeRule } from '../../config/input-rule.js';
import { SHARED_PARAMS } from './shared-params.js';

const Gains = refine('list of one number above 0 or more', t.array(PositiveNumber), (list) => list.length > 0);

/** Parameters of `vision_superad`. */
export const SuperAdParams = strict('SuperAdParams', {
  ...SHARED_PARAMS,
  resize: withDefault(ResizeRule, { mode: 'scale', factor: 1, multiple: 112 }),
  /** Side of a tile, in pixels of the model's input. */
  tile_size: withDefault(PositiveInteger, 448),
  /** Pixels that neighbouring tiles share at least. */
  overlap: withDefault(NonNegativeInteger, 112),
  /** Brings the features of every layer to unit length, so that layers count alike. */
  normalize: withDefault(t.boolean, true),
  num_neighbors: withDefault(PositiveInteger, 3),
  neighbor_reduce: withDefault(oneOf(['mean', 'kth']), 'kth'),
  /** Factors by which the brightness of every training picture is multiplied in turn. */
  brightness: withDefault(Gains, [1]),
});
export type SuperAdParams = t.TypeOf<typeof SuperAdParams>;

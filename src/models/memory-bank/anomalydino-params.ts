import {
  FiniteNumber,
  nullable,
  oneOf,
  PositiveInteger,
  Share,
  strict,
  type t,
  withDefault,
} from '../../config/codec.js';
import { ResizeRule } from '../../config/input-rule.js';
import { SHARED_PARAMS } from './shared-params.js';

/** Parameters of `vision_anomalydino`. */
export const AnomalyDinoParams = strict('AnomalyDinoParams', {
  ...SHARED_PARAMS,
  /** Sides are multiples of 56, which fits patches of 14 pixels (DINOv2) and of 8 (filterbank). */
  resize: withDefault(ResizeRule, { mode: 'short_side', pixels: 448, multiple: 56 }),
  sampling: withDefault(oneOf(['random', 'greedy']), 'random'),
  /** Few pictures: everything is kept. */
  coreset_ratio: withDefault(Share, 1),
  max_bank: withDefault(nullable(PositiveInteger), 20_000),
  /** `pca` leaves the background out of the bank and gives it the score 0. */
  mask: withDefault(oneOf(['none', 'pca']), 'none'),
  /** The value along the first principal component above which a patch is part, in units of the backbone's features. */
  mask_threshold: withDefault(FiniteNumber, 10),
  /** Into how many positions, evenly around, every reference picture is turned; 1 = it is taken as it is. */
  rotations: withDefault(PositiveInteger, 1),
});
export type AnomalyDinoParams = t.TypeOf<typeof AnomalyDinoParams>;

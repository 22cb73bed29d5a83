import {
  NonNegativeInteger,
  NonNegativeNumber,
  OddInteger,
  PositiveNumber,
  strict,
  type t,
  withDefault,
} from '../../config/codec.js';
import { ResizeRule } from '../../config/input-rule.js';
import { scoringParams } from '../maps/map-params.js';

/** Parameters of `vision_golden_template_map`. All lengths are pixels of the model's input. */
export const GoldenTemplateParams = strict('GoldenTemplateParams', {
  resize: withDefault(ResizeRule, { mode: 'scale', factor: 1, multiple: 1, max_long_side: 2048 }),
  /** The largest shift of the whole picture that is undone; 0 = the picture lies as its reference does. */
  max_shift: withDefault(NonNegativeInteger, 16),
  /** The largest further shift of a part of the picture that is undone; 0 = the whole moves as one. */
  local_shift: withDefault(NonNegativeInteger, 6),
  /** Side of the window that decides the shift of a part: several times a defect, or the defect decides. */
  local_window: withDefault(OddInteger, 41),
  /** What an edge may still be off after that without being a difference. */
  tolerance: withDefault(NonNegativeInteger, 1),
  /** Standard deviation of the Gaussian that averages differences: what is much thinner than this counts less. */
  sigma: withDefault(NonNegativeNumber, 1.5),
  /** The least contrast, in grey levels, that a difference is measured by. */
  min_contrast: withDefault(PositiveNumber, 16),
  ...scoringParams,
  reduction: withDefault(scoringParams.reduction, 'max'),
});
export type GoldenTemplateParams = t.TypeOf<typeof GoldenTemplateParams>;

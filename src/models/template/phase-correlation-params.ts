import { nullable, NonNegativeInteger, PositiveInteger, strict, type t, withDefault } from '../../config/codec.js';
import { templateParams } from './template-params.js';

/** Parameters of `vision_phase_correlation_map`. */
export const PhaseCorrelationParams = strict('PhaseCorrelationParams', {
  ...templateParams,
  /** Steps a pixel of the shift. */
  upsample_factor: withDefault(PositiveInteger, 10),
  /** The largest shift that is undone, in pixels of the model's input; null = half the picture. */
  max_shift: withDefault(nullable(NonNegativeInteger), null),
});
export type PhaseCorrelationParams = t.TypeOf<typeof PhaseCorrelationParams>;

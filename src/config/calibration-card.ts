import {
  FiniteNumber,
  Integer,
  NonEmptyString,
  NonNegativeInteger,
  nullable,
  oneOf,
  optional,
  refine,
  strict,
  t,
} from './codec.js';
import { SplitFingerprint } from './infer-config.js';
import { PredictionPolicy } from './prediction.js';
import { ImageThresholdProvenance, PixelThresholdProvenance, ScoreSummary } from './threshold.js';

/**
 * `calibration_card.json`: the thresholds of a run on one page, for the person who signs them off. It repeats the `infer_config.json`, and has to
 * agree with it.
 */
export const CalibrationCard = strict('CalibrationCard', {
  schema_version: refine('schema version 1', t.number, (n) => n === 1, { const: 1 }),
  imgano_version: NonEmptyString,
  run_dir: t.string,
  dataset: t.string,
  category: nullable(t.string),
  model: NonEmptyString,
  recipe: NonEmptyString,
  seed: Integer,
  split_fingerprint: SplitFingerprint,
  prediction_policy: nullable(PredictionPolicy),
  image_threshold: strict('ImageThresholdOfCard', {
    threshold: FiniteNumber,
    provenance: ImageThresholdProvenance,
    score_distribution: nullable(ScoreSummary),
  }),
  /** null for a model without maps */
  pixel_threshold: nullable(
    strict('PixelThresholdOfCard', { threshold: FiniteNumber, provenance: PixelThresholdProvenance }),
  ),
  threshold_context: strict('ThresholdContext', {
    scope: oneOf(['image']),
    category_count: NonNegativeInteger,
    /** The rule `score > threshold` of pictures, `value >= threshold` of pixels. */
    label_rule: optional(t.string),
  }),
});
export type CalibrationCard = t.TypeOf<typeof CalibrationCard>;

import {
  FiniteNumber,
  NonNegativeInteger,
  nullable,
  oneOf,
  OpenUnit,
  optional,
  Sha256,
  strict,
  t,
  Unit,
} from './codec.js';

/** What a set of scores looked like; enough to see that a threshold fits its data. */
export const ScoreSummary = strict('ScoreSummary', {
  count: NonNegativeInteger,
  min: FiniteNumber,
  max: FiniteNumber,
  mean: FiniteNumber,
  std: FiniteNumber,
  quantiles: strict('Quantiles', { p50: FiniteNumber, p90: FiniteNumber, p95: FiniteNumber, p99: FiniteNumber }),
});
export type ScoreSummary = t.TypeOf<typeof ScoreSummary>;

/** How the image threshold came to be. */
export const ImageThresholdProvenance = strict('ImageThresholdProvenance', {
  method: oneOf(['quantile', 'fixed']),
  /** null for a fixed threshold */
  quantile: nullable(OpenUnit),
  source: oneOf(['explicit', 'contamination', 'fallback']),
  contamination: nullable(Unit),
  /** The pictures that the threshold was read from; `held_out` was not fitted on. */
  split: oneOf(['held_out', 'val', 'train', 'none']),
  calibration_count: NonNegativeInteger,
  /** sha256 over the decoded pixels of the calibration pictures */
  calibration_sha256: optional(Sha256),
  score_summary: nullable(ScoreSummary),
});
export type ImageThresholdProvenance = t.TypeOf<typeof ImageThresholdProvenance>;

/** How the pixel threshold came to be. */
export const PixelThresholdProvenance = strict('PixelThresholdProvenance', {
  method: oneOf(['normal_pixel_quantile', 'fixed', 'false_region_budget']),
  source: oneOf(['held_out', 'val', 'train', 'explicit', 'infer_config']),
  value: FiniteNumber,
  q: optional(OpenUnit),
  calibration_map_count: optional(NonNegativeInteger),
  calibration_pixel_count: optional(NonNegativeInteger),
});
export type PixelThresholdProvenance = t.TypeOf<typeof PixelThresholdProvenance>;

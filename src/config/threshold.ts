import {
  FiniteNumber,
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  OpenUnit,
  optional,
  Sha256,
  Share,
  strict,
  t,
  Unit,
} from './codec.js';
import { MapSmoothing } from './defects.js';
import { Tiling } from './tiling.js';

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

/** Where a quantile of all good pictures lies, from the order statistics of some of them; null = beyond the scores. */
const QuantileInterval = strict('QuantileInterval', {
  confidence: OpenUnit,
  low: nullable(FiniteNumber),
  high: nullable(FiniteNumber),
});
export type QuantileInterval = t.TypeOf<typeof QuantileInterval>;

/** The generalised Pareto tail of `peaks_over_threshold`. */
export const TailFit = strict('TailFit', {
  tail_fraction: OpenUnit,
  /** Scores above this made the tail. */
  level: FiniteNumber,
  exceedances: NonNegativeInteger,
  /** The share of good pictures that is to lie above the threshold. */
  exceed_probability: OpenUnit,
  /** null where no tail could be fitted, for the reason in `fallback`: the threshold is then the plain quantile. */
  shape: nullable(FiniteNumber),
  scale: nullable(FiniteNumber),
  fallback: nullable(oneOf(['too_few_exceedances', 'no_maximum'])),
});
export type TailFit = t.TypeOf<typeof TailFit>;

/** The claim of a `false_alarm_budget`, and what it rests on. */
export const FalseAlarmClaim = strict('FalseAlarmClaim', {
  /** What was asked for. */
  max_alarms_per_1000: NonNegativeNumber,
  confidence: OpenUnit,
  /** The good pictures that were scored, and how many of them lie above the threshold. */
  pictures: NonNegativeInteger,
  alarms: NonNegativeInteger,
  /** The exact binomial upper limit of the rate, at the confidence. */
  upper_bound_per_1000: NonNegativeNumber,
  /** False: too few pictures for the budget; the threshold is then the highest of the good scores. */
  supported: t.boolean,
  /** The most alarms on so many pictures that would support the budget; null when not even none does. */
  allowed_alarms: nullable(NonNegativeInteger),
  /** Good pictures without any alarm that would support the budget; null when no number does. */
  pictures_needed: nullable(NonNegativeInteger),
});
export type FalseAlarmClaim = t.TypeOf<typeof FalseAlarmClaim>;

/** What `supervised_f1` reached on the pictures that it was chosen on: an upper bound, not a result. */
const SupervisedFit = strict('SupervisedFit', { f1: Unit, anomalous_count: NonNegativeInteger });

/** How the image threshold came to be. */
export const ImageThresholdProvenance = strict('ImageThresholdProvenance', {
  method: oneOf(['quantile', 'peaks_over_threshold', 'false_alarm_budget', 'supervised_f1', 'fixed']),
  /** What the rule gave; a `threshold` that differs was edited by hand. */
  value: optional(FiniteNumber),
  /** null for a rule without one */
  quantile: nullable(OpenUnit),
  source: oneOf(['explicit', 'contamination', 'fallback']),
  contamination: nullable(Unit),
  /**
   * The pictures that the threshold was read from. `held_out` was not fitted on, `given` was named to `imgano calibrate`, of `unknown` the
   * document says nothing.
   */
  split: oneOf(['held_out', 'val', 'train', 'given', 'none', 'unknown']),
  calibration_count: NonNegativeInteger,
  /** sha256 over the decoded pixels of the calibration pictures, whatever their names and order. */
  calibration_sha256: optional(Sha256),
  score_summary: nullable(ScoreSummary),
  /** The tiles that the pictures were scored in; absent = whole. */
  tiling: optional(Tiling),
  /** Of the quantile. */
  interval: optional(QuantileInterval),
  tail: optional(TailFit),
  budget: optional(FalseAlarmClaim),
  supervised: optional(SupervisedFit),
});
export type ImageThresholdProvenance = t.TypeOf<typeof ImageThresholdProvenance>;

/** The claim of a `false_region_budget`, and what it rests on. */
export const FalseRegionClaim = strict('FalseRegionClaim', {
  /** What was asked for. */
  max_regions_per_1000: NonNegativeNumber,
  confidence: OpenUnit,
  /** The good pictures that were counted on, and what was found on them at the threshold. */
  pictures: NonNegativeInteger,
  false_regions: NonNegativeInteger,
  pictures_with_false_regions: NonNegativeInteger,
  /** The exact Poisson upper limit of the rate, at the confidence. */
  upper_bound_per_1000: NonNegativeNumber,
  /** False: too few pictures for the budget; the threshold is then the lowest without any false region. */
  supported: t.boolean,
  /** The most false regions on so many pictures that would support the budget; null when not even none does. */
  allowed_false_regions: nullable(NonNegativeInteger),
  /** Good pictures without any false region that would support the budget; null when no number does. */
  pictures_needed: nullable(NonNegativeInteger),
  /** Every threshold that was tried from `value` up to `searched_from` kept to the budget. */
  searched_from: FiniteNumber,
  thresholds_tested: NonNegativeInteger,
  /** The distance to the next lower threshold that was tried. */
  resolution: NonNegativeNumber,
  /** True: even the lowest threshold that is tried kept to the budget, so that other controls hold the regions back. */
  at_floor: t.boolean,
});
export type FalseRegionClaim = t.TypeOf<typeof FalseRegionClaim>;

/** The score levels at the threshold, as they are applied; `high` is null without hysteresis. */
const AppliedLevels = strict('AppliedLevels', {
  low: FiniteNumber,
  high: nullable(FiniteNumber),
  min_score_max: nullable(FiniteNumber),
  min_score_mean: nullable(FiniteNumber),
});

/** How the pixel threshold came to be. */
export const PixelThresholdProvenance = strict('PixelThresholdProvenance', {
  method: oneOf(['normal_pixel_quantile', 'fixed', 'false_region_budget']),
  source: oneOf(['held_out', 'val', 'train', 'given', 'explicit', 'infer_config']),
  value: FiniteNumber,
  q: optional(Share),
  calibration_map_count: optional(NonNegativeInteger),
  /** sha256 over the decoded pixels of the calibration pictures, whatever their names and order. */
  calibration_sha256: optional(Sha256),
  /** The pixels that counted: inside the border and the region of interest. */
  calibration_pixel_count: optional(NonNegativeInteger),
  /** False: so many pixels that the quantile was read from a histogram, rounded up by at most 1 part in 4096. */
  exact: optional(t.boolean),
  roi_used: optional(t.boolean),
  roi_xyxy_norm: optional(nullable(t.array(FiniteNumber))),
  border_ignore_px: optional(NonNegativeInteger),
  map_smoothing: optional(MapSmoothing),
  /** The tiles that the maps came from; absent = whole pictures. */
  tiling: optional(Tiling),
  levels: optional(AppliedLevels),
  budget: optional(FalseRegionClaim),
  /** sha256 over the controls that the threshold was calibrated through. */
  controls_sha256: optional(Sha256),
  /** Only where the controls of a run are not those of the calibration: what was claimed does not hold then. */
  controls_changed: optional(t.boolean),
});
export type PixelThresholdProvenance = t.TypeOf<typeof PixelThresholdProvenance>;

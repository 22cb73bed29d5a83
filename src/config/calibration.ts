import { FiniteNumber, NonNegativeNumber, nullable, oneOf, OpenUnit, refine, strict, t, withDefault } from './codec.js';

const Fraction = refine('number above 0 and below 1', t.number, (n) => n > 0 && n < 1, {
  exclusiveMinimum: 0,
  exclusiveMaximum: 1,
});

/** How the image threshold is read from the scores of good pictures. */
const IMAGE_RULES = ['quantile', 'peaks_over_threshold', 'false_alarm_budget', 'fixed'] as const;

/** `calibration` of a run config. */
export const CalibrationConfig = strict('Calibration', {
  /** The share of the good training pictures that is held out for the thresholds. */
  holdout_fraction: withDefault(Fraction, 0.2),
  rule: withDefault(oneOf(IMAGE_RULES), 'quantile'),
  /**
   * The quantile of the good scores that becomes the image threshold; null = 1 - contamination, or 0.995. For `peaks_over_threshold` too,
   * where a fitted tail says where it lies.
   */
  quantile: withDefault(nullable(OpenUnit), null),
  /** For `peaks_over_threshold`: the share of the highest scores that the tail is fitted to. */
  tail_fraction: withDefault(Fraction, 0.1),
  /** For `false_alarm_budget`: at most this many good pictures in 1,000 are flagged, claimed with this confidence. */
  max_alarms_per_1000: withDefault(NonNegativeNumber, 10),
  confidence: withDefault(OpenUnit, 0.95),
  /** For `fixed`. */
  threshold: withDefault(nullable(FiniteNumber), null),
});
export type CalibrationConfig = t.TypeOf<typeof CalibrationConfig>;

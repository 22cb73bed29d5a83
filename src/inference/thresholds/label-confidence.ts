import type { InferConfig } from '../../config/infer-config.js';

const LEAST_SPAN = 1e-12;

/** The range of the good scores that a threshold was read from. */
export interface ScoreRange {
  readonly min: number;
  readonly max: number;
}

/** The stored scores' range, or that of their summary; null where a config has neither. */
export function scoreRange({ calibration_scores: scores, threshold_provenance }: InferConfig): ScoreRange | null {
  if (scores.length === 0) return threshold_provenance?.score_summary ?? null;
  return {
    min: scores.reduce((a, b) => Math.min(a, b)),
    max: scores.reduce((a, b) => Math.max(a, b)),
  };
}

/**
 * How much speaks for a label, 0 to 1: the way of the score from the threshold, in proportion to the way that the good scores go on that side.
 * 0 is a score at the threshold; 1 is one at the end of the good scores, or beyond.
 */
export function labelConfidence(score: number, threshold: number, { min, max }: ScoreRange): number {
  const confidence =
    score > threshold
      ? (score - threshold) / Math.max(max - threshold, LEAST_SPAN)
      : (threshold - score) / Math.max(threshold - min, LEAST_SPAN);
  return Math.min(1, Math.max(0, confidence));
}

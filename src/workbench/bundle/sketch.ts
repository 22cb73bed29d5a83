import type { ScoreSketch } from '../../config/bundle.js';
import { quantile } from '../../inference/thresholds/quantile.js';

/** Up to so many scores are kept as they are. */
const KEPT = 1024;

/** Scores in short; null without any. */
export function sketchScores(scores: readonly number[]): ScoreSketch | null {
  if (scores.length === 0) return null;
  const sorted = Float64Array.from(scores).sort();
  if (sorted.length <= KEPT) return { count: sorted.length, exact: true, scores: [...sorted] };
  const kept = Array.from({ length: KEPT }, (_, i) => quantile(sorted, i / (KEPT - 1)));
  return { count: sorted.length, exact: false, scores: kept };
}

import { ranking, type RankGroup } from './ranking.js';

/**
 * Average precision: the sum over thresholds of (recall gained) times (precision there), without interpolation, as
 * scikit-learn's `average_precision_score` defines it. Equal scores are one threshold.
 *
 * @param scores higher = more anomalous
 * @param labels 0 = good, anything else = defective
 * @returns above 0 to 1; 1 when all are defective; null when none is, as recall has no meaning then
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): number | null {
  return averagePrecisionOfRanking(ranking(scores, labels));
}

/** The same for scores that are ranked already, from high to low. */
export function averagePrecisionOfRanking(groups: Iterable<RankGroup>): number | null {
  let truePositives = 0;
  let flagged = 0;
  let sum = 0;
  for (const { positives, negatives } of groups) {
    truePositives += positives;
    flagged += positives + negatives;
    if (positives > 0) sum += positives * (truePositives / flagged);
  }
  return truePositives === 0 ? null : sum / truePositives;
}

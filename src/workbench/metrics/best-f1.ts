import { ranking, type RankGroup } from './ranking.js';

/** The highest F1 that any threshold reaches. Chosen on the labels it is judged by: an upper bound, not a result. */
export interface BestF1 {
  readonly f1: number;
  /** `score > threshold` gives this F1; midway between the two scores that it separates. */
  readonly threshold: number;
}

/**
 * The best F1 over all thresholds; of equally good ones the highest, which raises the fewest alarms.
 *
 * @param scores higher = more anomalous
 * @param labels 0 = good, anything else = defective
 * @returns null when none is defective
 */
export function bestF1(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): BestF1 | null {
  return bestF1OfRanking(ranking(scores, labels));
}

/** The same for scores that are ranked already, from high to low; walked twice. */
export function bestF1OfRanking(groups: Iterable<RankGroup>): BestF1 | null {
  let all = 0;
  for (const { positives } of groups) all += positives;
  if (all === 0) return null;

  let best = 0;
  let lowestFlagged = 0;
  let highestPassed: number | null = null;
  let justFound = false;
  let tp = 0;
  let flagged = 0;
  for (const { score, positives, negatives } of groups) {
    if (justFound) highestPassed = score;
    tp += positives;
    flagged += positives + negatives;
    const f1 = (2 * tp) / (flagged + all);
    justFound = f1 > best;
    if (justFound) {
      best = f1;
      lowestFlagged = score;
      highestPassed = null;
    }
  }
  return { f1: best, threshold: between(highestPassed, lowestFlagged) };
}

/** A number below `upper` and not below `lower`; without a `lower`, a little below `upper`. */
function between(lower: number | null, upper: number): number {
  if (lower === null) return upper - Math.max(Math.abs(upper) * 1e-6, Number.MIN_VALUE);
  const middle = lower + (upper - lower) / 2;
  return middle < upper ? middle : lower;
}

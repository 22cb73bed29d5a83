import { ranking } from './ranking.js';

/** A point of the ROC curve: the shares of good and of defective ones with `score >= score`. */
export interface RocPoint {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
  /** The lowest score that is flagged at this point; null for the start, where nothing is. */
  readonly score: number | null;
}

/**
 * The ROC curve from (0, 0) to (1, 1), one point a distinct score; corners only, points on a straight line are left out.
 *
 * @returns null when one of the two kinds is missing
 */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): RocPoint[] | null {
  const groups = ranking(scores, labels);
  const positives = groups.reduce((sum, g) => sum + g.positives, 0);
  const negatives = groups.reduce((sum, g) => sum + g.negatives, 0);
  if (positives === 0 || negatives === 0) return null;

  const points: RocPoint[] = [{ falsePositiveRate: 0, truePositiveRate: 0, score: null }];
  let tp = 0;
  let fp = 0;
  groups.forEach((group, i) => {
    tp += group.positives;
    fp += group.negatives;
    const next = groups[i + 1];
    // Integer cross product: a corner is where the direction to the next point differs.
    const corner = next === undefined || group.positives * next.negatives !== group.negatives * next.positives;
    if (corner) {
      points.push({ falsePositiveRate: fp / negatives, truePositiveRate: tp / positives, score: group.score });
    }
  });
  return points;
}

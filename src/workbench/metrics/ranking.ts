import { DataError, ShapeError } from '../../errors.js';

/** Scores that are equal, and how many of either kind have them. */
export interface RankGroup {
  readonly score: number;
  /** Defective ones. */
  readonly positives: number;
  /** Good ones. */
  readonly negatives: number;
}

/**
 * Sorts scores from high to low and joins equal ones. Every threshold metric is a walk over these groups: a threshold
 * can lie only between two of them, so ties are treated exactly and the input order never matters.
 *
 * @param scores higher = more anomalous, finite
 * @param labels 0 or false = good, anything else = defective
 * @throws ShapeError when the lengths differ
 * @throws DataError when a score is not finite
 */
export function ranking(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): RankGroup[] {
  if (scores.length !== labels.length) {
    throw new ShapeError(`expected one label a score, got ${scores.length} scores and ${labels.length} labels`);
  }
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const groups: { score: number; positives: number; negatives: number }[] = [];
  for (const i of order) {
    const score = scores[i];
    if (!Number.isFinite(score)) throw new DataError(`expected finite scores, but score ${i} is ${score}`);
    if (groups.length === 0 || groups[groups.length - 1].score !== score) {
      groups.push({ score, positives: 0, negatives: 0 });
    }
    const group = groups[groups.length - 1];
    if (labels[i]) group.positives++;
    else group.negatives++;
  }
  return groups;
}

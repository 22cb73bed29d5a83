import { ranking, type RankGroup } from './ranking.js';

/**
 * Area under the ROC curve: the chance that a defective one scores higher than a good one, a tie counting half.
 * Computed as the Mann-Whitney U statistic with midranks (Hanley and McNeil 1982): counts only, so it is exact.
 *
 * @param scores higher = more anomalous
 * @param labels 0 = good, anything else = defective
 * @returns 0 to 1, or null when one of the two kinds is missing
 */
export function auroc(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): number | null {
  return aurocOfRanking(ranking(scores, labels));
}

/** The same for scores that are ranked already, from high to low. */
export function aurocOfRanking(groups: Iterable<RankGroup>): number | null {
  let positives = 0;
  let negatives = 0;
  let twiceU = 0;
  for (const group of groups) {
    twiceU += group.negatives * (2 * positives + group.positives);
    positives += group.positives;
    negatives += group.negatives;
  }
  return positives === 0 || negatives === 0 ? null : twiceU / 2 / positives / negatives;
}

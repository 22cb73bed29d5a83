export type Verdict = 'hit' | 'missed' | 'false alarm' | 'passed' | 'not decided';

/**
 * What came of a picture: `score > threshold` against the truth.
 *
 * @param label 0 = good, 1 = defective
 * @param threshold null when there is none
 */
export function verdictOf(score: number, label: 0 | 1, threshold: number | null): Verdict {
  if (threshold === null) return 'not decided';
  if (label === 1) return score > threshold ? 'hit' : 'missed';
  return score > threshold ? 'false alarm' : 'passed';
}

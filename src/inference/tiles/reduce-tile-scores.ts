import type { TileRule } from '../../config/tile-rule.js';

/** The score of a picture from those of its tiles. `topk_mean` is the mean of the `max(1, ceil(n * share))` highest. */
export function reduceTileScores(
  scores: readonly number[],
  { scoreReduce, scoreTopk }: Pick<TileRule, 'scoreReduce' | 'scoreTopk'>,
): number {
  // A score that is not a number must not vanish behind a larger one.
  if (scores.some(Number.isNaN)) return NaN;
  const falling = [...scores].sort((a, b) => b - a);
  if (scoreReduce === 'max') return falling[0];
  const share = scoreReduce === 'mean' ? 1 : scoreTopk;
  const counted = falling.slice(0, Math.max(1, Math.ceil(falling.length * share)));
  return counted.reduce((sum, score) => sum + score, 0) / counted.length;
}

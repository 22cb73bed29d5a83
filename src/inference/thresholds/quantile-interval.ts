import type { QuantileInterval } from '../../config/threshold.js';
import { binomialAtMost } from './binomial.js';

const CONFIDENCE = 0.95;

/**
 * Where the q-quantile of all good scores lies, whatever their distribution, from the order statistics of some of them: the number of
 * scores below it is binomial (Conover, Practical Nonparametric Statistics, section 3.2).
 *
 * @param sorted ascending
 * @returns an end is null where the scores are too few to bound it
 */
export function quantileInterval(sorted: ArrayLike<number>, q: number): QuantileInterval {
  const n = sorted.length;
  const rest = (1 - CONFIDENCE) / 2;
  const below = (k: number) => binomialAtMost(k, n, q);
  // The largest l with P(B <= l - 1) <= rest, and the smallest u with P(B >= u) <= rest, counted from 1.
  const low = firstWhere(n, (k) => below(k) > rest);
  const high = firstWhere(n + 1, (u) => u > 0 && below(u - 1) >= 1 - rest);
  return {
    confidence: CONFIDENCE,
    low: low === 0 ? null : sorted[low - 1],
    high: high > n ? null : sorted[high - 1],
  };
}

/** The smallest number from 0 up to `end` that passes a test which holds from somewhere on; `end` where none does. */
function firstWhere(end: number, test: (k: number) => boolean): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

import type { FalseAlarmClaim } from '../../config/threshold.js';
import { binomialAtMost, binomialUpperLimit } from './binomial.js';

/** At most so many of 1,000 good pictures are flagged, claimed with this confidence. */
export interface AlarmBudget {
  readonly max_alarms_per_1000: number;
  readonly confidence: number;
}

/**
 * The lowest order statistic of good scores that keeps to a budget of false alarms. Of `n` exchangeable good scores the share of all good
 * pictures above the `(n - a)`-th is at most `b` with probability `P(Binomial(n, b) > a)` or more, whatever the distribution (Wilks,
 * Determination of sample sizes for setting tolerance limits, 1941); `a` is the largest number that makes this the confidence.
 *
 * @param sorted good scores, ascending, at least one
 * @returns the threshold for `score > threshold`; without enough pictures the highest score, and a claim that says so
 */
export function thresholdOfAlarmBudget(
  sorted: ArrayLike<number>,
  budget: AlarmBudget,
): { readonly value: number; readonly claim: FalseAlarmClaim } {
  const n = sorted.length;
  const allowed = allowedAlarms(budget, n);
  const value = sorted[n - 1 - (allowed ?? 0)];
  let alarms = 0;
  while (alarms < n && sorted[n - 1 - alarms] > value) alarms += 1;
  return {
    value,
    claim: {
      ...budget,
      pictures: n,
      alarms,
      upper_bound_per_1000: 1000 * binomialUpperLimit(allowed ?? 0, n, budget.confidence),
      supported: allowed !== null,
      allowed_alarms: allowed,
      pictures_needed: picturesNeeded(budget),
    },
  };
}

/** The most of `n` good pictures that may lie above the threshold; null when not even none may. */
function allowedAlarms({ max_alarms_per_1000, confidence }: AlarmBudget, n: number): number | null {
  const rate = max_alarms_per_1000 / 1000;
  const fits = (alarms: number) => binomialAtMost(alarms, n, rate) <= 1 - confidence;
  if (!fits(0)) return null;
  let low = 0;
  let high = n;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** How many good pictures support the budget when the highest score is taken; null when no number does. */
function picturesNeeded({ max_alarms_per_1000, confidence }: AlarmBudget): number | null {
  if (max_alarms_per_1000 <= 0) return null;
  if (max_alarms_per_1000 >= 1000) return 1;
  const needed = Math.ceil(Math.log1p(-confidence) / Math.log1p(-max_alarms_per_1000 / 1000));
  return Number.isSafeInteger(needed) ? needed : null;
}

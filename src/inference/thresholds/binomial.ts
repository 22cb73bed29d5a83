import { ShapeError } from '../../errors.js';

/**
 * The probability of `most` or fewer successes in `trials`, each with probability `p`. Terms are summed from the largest one outwards, in
 * proportion to it, so that nothing under- or overflows.
 */
export function binomialAtMost(most: number, trials: number, p: number): number {
  if (most < 0) return 0;
  if (most >= trials || p <= 0) return 1;
  if (p >= 1) return 0;
  // The shorter tail is summed; the other one is what is left.
  if (most > trials * p) return 1 - tail(trials - most - 1, trials, 1 - p);
  return tail(most, trials, p);
}

/**
 * The exact upper limit of a probability after `successes` in `trials`: the probability at which so few or fewer come with probability
 * `1 - confidence` (Clopper and Pearson, The use of confidence or fiducial limits, Biometrika 1934).
 *
 * @param confidence one-sided, above 0 and below 1
 */
export function binomialUpperLimit(successes: number, trials: number, confidence: number): number {
  if (!(confidence > 0 && confidence < 1) || !(successes >= 0 && successes <= trials)) {
    throw new ShapeError(
      `binomialUpperLimit: expected 0 to ${trials} successes and a confidence between 0 and 1, got ${successes} and ${confidence}`,
    );
  }
  if (successes === trials) return 1;
  let [low, high] = [0, 1];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (binomialAtMost(successes, trials, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
}

/** `most` or fewer, where that is below the mean: terms from the last one down. */
function tail(most: number, trials: number, p: number): number {
  if (most < 0) return 0;
  let term = 1;
  let sum = 1;
  for (let k = most; k > 0 && term > 1e-18 * sum; k--) {
    term *= (k * (1 - p)) / ((trials - k + 1) * p);
    sum += term;
  }
  const log = logChoose(trials, most) + most * Math.log(p) + (trials - most) * Math.log1p(-p);
  return Math.min(1, Math.exp(log) * sum);
}

function logChoose(n: number, k: number): number {
  const short = Math.min(k, n - k);
  let sum = 0;
  for (let i = 1; i <= short; i++) sum += Math.log((n - short + i) / i);
  return sum;
}

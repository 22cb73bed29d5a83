import { ShapeError } from '../../errors.js';

/**
 * The exact upper limit of a Poisson mean after `events` were counted: the mean at which so few events or fewer come with
 * probability `1 - confidence`. Equals `chi2.ppf(confidence, 2 (events + 1)) / 2`, the gamma quantile of shape `events + 1`
 * (Garwood, Fiducial limits for the Poisson distribution, Biometrika 1936).
 *
 * @param events a whole number of 0 or more
 * @param confidence one-sided, above 0 and below 1
 */
export function poissonUpperLimit(events: number, confidence: number): number {
  if (!Number.isSafeInteger(events) || events < 0 || !(confidence > 0 && confidence < 1)) {
    throw new ShapeError(
      `poissonUpperLimit: expected 0 or more events and a confidence between 0 and 1, got ${events} and ${confidence}`,
    );
  }
  if (events === 0) return -Math.log1p(-confidence);
  const logFactorial = sumOfLogs(events);
  let low = 0;
  let high = events + 1;
  while (atMost(events, high, logFactorial) > 1 - confidence) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (atMost(events, middle, logFactorial) > 1 - confidence) low = middle;
    else high = middle;
  }
}

/** The probability of `events` or fewer. Terms are summed from the last one down, relative to it. */
function atMost(events: number, mean: number, logFactorial: number): number {
  let term = 1;
  let sum = 1;
  for (let i = events; i > 0 && term > 1e-18 * sum; i--) {
    term *= i / mean;
    sum += term;
  }
  return Math.exp(events * Math.log(mean) - mean - logFactorial + Math.log(sum));
}

function sumOfLogs(n: number): number {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += Math.log(i);
  return sum;
}

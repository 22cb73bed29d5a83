import { ShapeError } from '../../errors.js';

/**
 * The probability that a chi-square variable is larger than `x`: the upper incomplete gamma function Q(k / 2, x / 2), by its recurrence
 * from Q(1/2, y) = erfc(sqrt y) or Q(1, y) = exp(-y) (Abramowitz and Stegun 1964, 6.5.21 and 26.4.4).
 *
 * @param degrees of freedom, 1 or more
 * @param x 0 or more
 */
export function chiSquareTail(x: number, degrees: number): number {
  if (!Number.isInteger(degrees) || degrees < 1 || !(x >= 0)) {
    throw new ShapeError(`chiSquareTail: expected 1 or more degrees of freedom and x >= 0, got ${degrees} and ${x}`);
  }
  const y = x / 2;
  const even = degrees % 2 === 0;
  let sum = even ? Math.exp(-y) : complementaryError(Math.sqrt(y));
  // The next term is y^a exp(-y) / Gamma(a + 1).
  let term = even ? y * Math.exp(-y) : 2 * Math.sqrt(y / Math.PI) * Math.exp(-y);
  for (let a = even ? 1 : 0.5; a < degrees / 2; a++) {
    sum += term;
    term *= y / (a + 1);
  }
  return Math.min(1, sum);
}

/** erfc: by its series below 2, and by its continued fraction above (Abramowitz and Stegun 1964, 7.1.6 and 7.1.14). */
function complementaryError(z: number): number {
  if (z < 2) {
    let term = z;
    let sum = z;
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= (2 * z * z) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
  }
  let fraction = 0;
  for (let n = 120; n > 0; n--) fraction = n / 2 / (z + fraction);
  return Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction);
}

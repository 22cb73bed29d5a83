/** Up to so many steps the probability is exact. */
const EXACT_STEPS = 4_000_000;

export interface KolmogorovSmirnov {
  /** The largest distance between the two empirical distribution functions, 0 to 1. */
  readonly statistic: number;
  /** The probability of such a distance, or a larger one, between two samples of one continuous distribution. */
  readonly p_value: number;
  readonly exact: boolean;
}

/**
 * The two-sample test of Kolmogorov and Smirnov, two-sided. The probability is exact for small samples, by counting the paths on a lattice
 * that stay within the distance (Hodges, The significance probability of the Smirnov two-sample test, Arkiv for Matematik 1958), and
 * Smirnov's limit otherwise (1948). With ties it is on the safe side.
 *
 * @param a ascending, at least one
 * @param b ascending, at least one
 * @param sizes how many scores the two stand for, where they are sketches of more
 */
export function kolmogorovSmirnov(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  sizes: { readonly a: number; readonly b: number } = { a: a.length, b: b.length },
): KolmogorovSmirnov {
  const statistic = largestDistance(a, b);
  const { a: n, b: m } = sizes;
  const exact = n === a.length && m === b.length && n * m <= EXACT_STEPS;
  const p = exact ? exactProbability(statistic, n, m) : limitProbability(statistic * Math.sqrt((n * m) / (n + m)));
  return { statistic, p_value: p, exact };
}

function largestDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}

/**
 * 1 minus the share of the paths from (0, 0) to (n, m) that stay below the distance. What is kept is the share of the paths to each point:
 * a path comes to (i, j) from (i - 1, j) with probability i / (i + j).
 */
function exactProbability(distance: number, n: number, m: number): number {
  const inside = (i: number, j: number) => Math.abs(i / n - j / m) < distance - 1e-12;
  if (!inside(0, 0)) return 1;
  const row = new Float64Array(m + 1);
  row[0] = 1;
  for (let j = 1; j <= m; j++) row[j] = inside(0, j) ? row[j - 1] : 0;
  for (let i = 1; i <= n; i++) {
    if (!inside(i, 0)) row[0] = 0;
    for (let j = 1; j <= m; j++) {
      row[j] = inside(i, j) ? (row[j] * i + row[j - 1] * j) / (i + j) : 0;
    }
  }
  return Math.min(1, Math.max(0, 1 - row[m]));
}

/** 2 (exp(-2 x^2) - exp(-8 x^2) + exp(-18 x^2) - ...); for small x the other form of the theta function, which converges there. */
function limitProbability(x: number): number {
  if (x < 0.2) return 1;
  if (x < 1) {
    let sum = 0;
    for (let k = 1; k <= 9; k += 2) sum += Math.exp((-k * k * Math.PI * Math.PI) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  let sum = 0;
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, sum);
}

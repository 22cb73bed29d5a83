import { ShapeError } from '../../errors.js';

export interface ParetoTail {
  /** 0 is the exponential; above 0 the tail is heavier, below 0 it ends. */
  readonly shape: number;
  readonly scale: number;
}

/** The places of `theta * max` that are tried, before the best of them is refined; -1 is where the likelihood has no bound. */
const GRID = [...range(1, 200, (i) => -1 + i / 200), ...range(-100, 60, (i) => 10 ** (i / 20))];
const REFINEMENTS = 200;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The maximum-likelihood generalised Pareto distribution of exceedances over a level, location 0. For `theta = shape / scale` the best
 * shape is `mean(log(1 + theta y))`, which leaves one dimension (Grimshaw, Computing maximum likelihood estimates for the generalized
 * Pareto distribution, Technometrics 1993).
 *
 * @param exceedances above 0, at least two
 * @returns null where the likelihood has no maximum with a shape above -1, as for scores that pile up at their highest value
 */
export function fitGeneralisedPareto(exceedances: readonly number[]): ParetoTail | null {
  if (exceedances.length < 2 || exceedances.some((y) => !(y > 0))) {
    throw new ShapeError('fitGeneralisedPareto: expected two or more exceedances above 0');
  }
  const top = Math.max(...exceedances);
  const y = exceedances.map((value) => value / top);
  const values = GRID.map((theta) => profile(y, theta));
  let best = 0;
  for (let i = 1; i < GRID.length; i++) if (values[i] > values[best]) best = i;
  // A best place at the lower end is the edge of the unbounded side, not a maximum.
  if (best === 0) return null;
  const theta = refine(y, GRID[best - 1], GRID[Math.min(best + 1, GRID.length - 1)]);
  const { shape, scale } = tailAt(y, theta);
  return shape <= -1 ? null : { shape, scale: scale * top };
}

/** The value that is exceeded with probability `p`, of exceedances. */
export function paretoQuantile({ shape, scale }: ParetoTail, p: number): number {
  return Math.abs(shape) < 1e-9 ? -scale * Math.log(p) : (scale / shape) * Math.expm1(-shape * Math.log(p));
}

/** The log-likelihood at `theta` with the shape that is best there, by the number of exceedances. */
function profile(y: readonly number[], theta: number): number {
  const { shape, scale } = tailAt(y, theta);
  return -Math.log(scale) - shape - 1;
}

function tailAt(y: readonly number[], theta: number): ParetoTail {
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  if (Math.abs(theta) < 1e-7) return { shape: 0, scale: mean };
  const shape = y.reduce((sum, value) => sum + Math.log1p(theta * value), 0) / y.length;
  return { shape, scale: shape / theta };
}

/** The highest place between two others, by golden section. */
function refine(y: readonly number[], from: number, to: number): number {
  let [a, b] = [from, to];
  let [left, right] = [b - GOLDEN * (b - a), a + GOLDEN * (b - a)];
  let [atLeft, atRight] = [profile(y, left), profile(y, right)];
  for (let i = 0; i < REFINEMENTS && b - a > 1e-14 * Math.abs(b); i++) {
    if (atLeft >= atRight) {
      [b, right, atRight] = [right, left, atLeft];
      left = b - GOLDEN * (b - a);
      atLeft = profile(y, left);
    } else {
      [a, left, atLeft] = [left, right, atRight];
      right = a + GOLDEN * (b - a);
      atRight = profile(y, right);
    }
  }
  return (a + b) / 2;
}

function range(from: number, to: number, of: (i: number) => number): number[] {
  return Array.from({ length: to - from }, (_, i) => of(from + i));
}

import { poissonUpperLimit } from './poisson-limit.js';

/** At most so many false regions in 1,000 good pictures, claimed with this confidence. */
export interface RegionBudget {
  readonly max_regions_per_1000: number;
  readonly confidence: number;
}

/** The upper limit of the rate of false regions per 1,000 good pictures, after `regions` were found on `pictures`. */
export function regionsPer1000(regions: number, pictures: number, confidence: number): number {
  return (1000 * poissonUpperLimit(regions, confidence)) / pictures;
}

/** The largest number of false regions on `pictures` that still supports the budget; null when not even none does. */
export function allowedRegions(budget: RegionBudget, pictures: number): number | null {
  const fits = (regions: number) => regionsPer1000(regions, pictures, budget.confidence) <= budget.max_regions_per_1000;
  if (!fits(0)) return null;
  let low = 0;
  let high = 1;
  while (fits(high)) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** How many good pictures without any false region support the budget; null when no number does. */
export function picturesNeeded({ max_regions_per_1000: most, confidence }: RegionBudget): number | null {
  if (most === 0) return null;
  const needed = Math.ceil((1000 * poissonUpperLimit(0, confidence)) / most);
  return Number.isSafeInteger(needed) ? needed : null;
}

import { quantile } from '../../inference/thresholds/quantile.js';

/** @param values one or more, in any order */
export function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

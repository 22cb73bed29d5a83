import type { TailFit } from '../../config/threshold.js';
import { fitGeneralisedPareto, paretoQuantile } from './generalised-pareto.js';
import { quantile } from './quantile.js';

/** With fewer scores in the tail nothing is fitted. */
const MIN_EXCEEDANCES = 20;

/**
 * A quantile far out, read from a tail that is fitted to the highest scores (Pickands, Statistical inference using extreme order
 * statistics, 1975): with 200 pictures the 0.999-quantile is beyond every one of them. Where no tail can be fitted it is the plain quantile.
 *
 * @param sorted ascending
 * @param q the share of good scores below the threshold
 */
export function peaksOverThreshold(
  sorted: Float64Array,
  { q, tailFraction }: { readonly q: number; readonly tailFraction: number },
): { readonly value: number; readonly tail: TailFit } {
  const exceed = 1 - q;
  const level = quantile(sorted, 1 - tailFraction);
  const exceedances = Array.from(
    sorted.filter((score) => score > level),
    (score) => score - level,
  );
  const known = { tail_fraction: tailFraction, level, exceedances: exceedances.length, exceed_probability: exceed };
  const plain = (fallback: TailFit['fallback']) => ({
    value: quantile(sorted, q),
    tail: { ...known, shape: null, scale: null, fallback },
  });
  if (exceedances.length < MIN_EXCEEDANCES) return plain('too_few_exceedances');
  const fitted = fitGeneralisedPareto(exceedances);
  if (fitted === null) return plain('no_maximum');
  const share = Math.min(1, exceed / (exceedances.length / sorted.length));
  return { value: level + paretoQuantile(fitted, share), tail: { ...known, ...fitted, fallback: null } };
}

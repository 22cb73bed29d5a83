import type { ScoreSummary } from '../../config/threshold.js';
import { quantile } from './quantile.js';

/** @param sorted ascending, at least one */
export function scoreSummary(sorted: Float64Array): ScoreSummary {
  const mean = sorted.reduce((a, b) => a + b, 0) / sorted.length;
  const variance = sorted.reduce((a, b) => a + (b - mean) ** 2, 0) / sorted.length;
  const at = (q: number) => quantile(sorted, q);
  return {
    count: sorted.length,
    min: sorted[0],
    max: sorted[sorted.length - 1],
    mean,
    std: Math.sqrt(variance),
    quantiles: { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) },
  };
}

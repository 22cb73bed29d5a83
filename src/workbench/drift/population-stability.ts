import type { ScoreSketch } from '../../config/bundle.js';
import { quantile } from '../../inference/thresholds/quantile.js';
import { chiSquareTail } from './chi-square-tail.js';

const MOST_BINS = 10;
/** Reference scores that a bin should hold. */
const IN_A_BIN = 5;

export interface PopulationStability {
  /** 0 = the shares of the bins are the same. */
  readonly value: number;
  /** The probability of such an index, or a larger one, between two samples of one distribution. */
  readonly p_value: number;
  /** Of each bin: the upper edge (null = no end), and the two shares. */
  readonly bins: readonly { readonly up_to: number | null; readonly expected: number; readonly share: number }[];
}

/**
 * The population stability index (Siddiqi, Credit Risk Scorecards, 2006) over bins that hold equal shares of the reference: the sum of
 * `(share - expected) ln(share / expected)`. Half a score is added to every bin, so that an empty one is no infinity. Between two samples
 * of one distribution it is about a chi-square variable with `bins - 1` degrees of freedom times `1/n + 1/m` (Yurdakul and Naranjo,
 * Statistical properties of the population stability index, 2020).
 *
 * @param scores at least one
 * @returns null where the reference has fewer than two bins (too few scores, or all alike)
 */
export function populationStability(reference: ScoreSketch, scores: readonly number[]): PopulationStability | null {
  const wanted = Math.min(MOST_BINS, Math.floor(reference.count / IN_A_BIN));
  const cuts = Array.from({ length: Math.max(0, wanted - 1) }, (_, i) => quantile(reference.scores, (i + 1) / wanted));
  const edges = [...new Set(cuts)];
  if (edges.length === 0) return null;
  const held = [countIn(edges, reference.scores, reference.count), countIn(edges, scores, scores.length)];
  // A bin that nothing falls into says nothing; without it, alike scores are alike.
  const bins = [...edges, null].map((up_to, i) => ({ up_to, counts: held.map((counts) => counts[i]) }));
  const filled = bins.filter(({ counts }) => counts.some((count) => count > 0));
  const shareOf = (count: number, total: number) => (count + 0.5) / (total + 0.5 * filled.length);
  const compared = filled.map(({ up_to, counts: [before, now] }) => ({
    up_to,
    expected: shareOf(before, reference.count),
    share: shareOf(now, scores.length),
  }));
  const value = compared.reduce((sum, { expected, share }) => sum + (share - expected) * Math.log(share / expected), 0);
  const spread = 1 / reference.count + 1 / scores.length;
  const degrees = Math.max(1, compared.length - 1);
  return { value, p_value: chiSquareTail(value / spread, degrees), bins: compared };
}

/** How many of `total` scores lie in each bin, by the part of `values` that does. */
function countIn(edges: readonly number[], values: ArrayLike<number>, total: number): Float64Array {
  const counts = new Float64Array(edges.length + 1);
  for (let i = 0; i < values.length; i++) counts[binOf(values[i], edges)] += total / values.length;
  return counts;
}

/** A score on an edge belongs to the bin below it. */
function binOf(score: number, edges: readonly number[]): number {
  const bin = edges.findIndex((edge) => score <= edge);
  return bin === -1 ? edges.length : bin;
}

import type { ScoreSketch } from '../../config/bundle.js';
import { DataError } from '../../errors.js';
import { binomialUpperLimit } from '../../inference/thresholds/binomial.js';
import { quantile } from '../../inference/thresholds/quantile.js';
import { kolmogorovSmirnov, type KolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { populationStability, type PopulationStability } from './population-stability.js';

/** Fewer scores than this, on either side, decide nothing. */
const ENOUGH = 20;
/** What counts as more than chance. */
const ALPHA = 0.01;
/** The usual levels of the population stability index. */
const MODERATE = 0.1;
const LARGE = 0.25;
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

export interface DriftReference {
  readonly sketch: ScoreSketch;
  readonly threshold: number | null;
  /** The share of good pictures that the threshold was meant to flag; null where its rule names none. */
  readonly expectedShare: number | null;
}

/** What `imgano drift` reports. */
export interface DriftReport {
  /** `drift`: the scores are others, by much; `shifted`: by little, or only at the threshold; `too_few`: nothing can be said. */
  readonly verdict: 'stable' | 'shifted' | 'drift' | 'too_few';
  /** What the verdict rests on, in words. */
  readonly reasons: readonly string[];
  readonly reference_count: number;
  readonly count: number;
  /** null where the reference has too few different scores for bins. */
  readonly psi: PopulationStability | null;
  readonly ks: KolmogorovSmirnov;
  /** `shift_in_iqr`: in distances between the quartiles of the reference; null where they are equal. */
  readonly quantiles: readonly {
    readonly q: number;
    readonly reference: number;
    readonly now: number;
    readonly shift: number;
    readonly shift_in_iqr: number | null;
  }[];
  /** Above the threshold; null without one. `interval`: exact, 99 % (Clopper and Pearson 1934). */
  readonly anomalous: {
    readonly threshold: number;
    readonly count: number;
    readonly share: number;
    readonly interval: readonly [number, number];
    readonly expected: number | null;
    readonly reference_share: number;
  } | null;
}

/**
 * Compares scores with those of the good pictures that the threshold was calibrated on.
 *
 * @throws DataError without scores
 */
export function driftReport(
  { sketch, threshold, expectedShare }: DriftReference,
  scores: readonly number[],
): DriftReport {
  if (scores.length === 0) throw new DataError('drift needs the records of inspected pictures, but there are none');
  const now = Float64Array.from(scores).sort();
  const psi = populationStability(sketch, scores);
  const ks = kolmogorovSmirnov(sketch.scores, now, { a: sketch.count, b: now.length });
  const iqr = quantile(sketch.scores, 0.75) - quantile(sketch.scores, 0.25);
  const anomalous = threshold === null ? null : shareAbove(sketch, now, threshold, expectedShare);
  const quantiles = QUANTILES.map((q) => {
    const [before, after] = [quantile(sketch.scores, q), quantile(now, q)];
    const shift = after - before;
    return { q, reference: before, now: after, shift, shift_in_iqr: iqr > 0 ? shift / iqr : null };
  });
  const counts = { reference_count: sketch.count, count: now.length };
  return { ...judged({ psi, ks, anomalous, ...counts }), ...counts, psi, ks, quantiles, anomalous };
}

function judged({
  psi,
  ks,
  anomalous,
  reference_count,
  count,
}: Pick<DriftReport, 'psi' | 'ks' | 'anomalous' | 'reference_count' | 'count'>): Pick<
  DriftReport,
  'verdict' | 'reasons'
> {
  if (Math.min(reference_count, count) < ENOUGH) {
    const why = `${reference_count} reference scores and ${count} new ones; ${ENOUGH} of each are needed`;
    return { verdict: 'too_few', reasons: [why] };
  }
  const reasons: string[] = [];
  const differ = ks.p_value < ALPHA;
  const size = psi !== null && psi.p_value < ALPHA ? psi.value : 0;
  if (differ)
    reasons.push(`the distributions differ (KS ${ks.statistic.toFixed(3)}, p ${ks.p_value.toExponential(1)})`);
  if (size >= MODERATE) reasons.push(`PSI ${size.toFixed(3)} is ${size >= LARGE ? 'large' : 'moderate'}`);
  const expected = anomalous?.expected ?? null;
  if (
    anomalous !== null &&
    expected !== null &&
    (anomalous.interval[0] > expected || anomalous.interval[1] < expected)
  ) {
    const [share, meant] = [anomalous.share, expected].map((part) => `${(100 * part).toFixed(2)} %`);
    reasons.push(`${share} are above the threshold, which was meant for ${meant} of good pictures`);
  }
  if (differ && size >= LARGE) return { verdict: 'drift', reasons };
  return { verdict: reasons.length > 0 ? 'shifted' : 'stable', reasons };
}

function shareAbove(
  sketch: ScoreSketch,
  now: Float64Array,
  threshold: number,
  expected: number | null,
): NonNullable<DriftReport['anomalous']> {
  const count = now.filter((score) => score > threshold).length;
  const n = now.length;
  const confidence = 1 - ALPHA / 2;
  const low = 1 - binomialUpperLimit(n - count, n, confidence);
  return {
    threshold,
    count,
    share: count / n,
    interval: [low, binomialUpperLimit(count, n, confidence)],
    expected,
    reference_share: sketch.scores.filter((score) => score > threshold).length / sketch.scores.length,
  };
}

import type { ImageThresholdProvenance, ScoreSummary } from '../../config/threshold.js';
import { DataError } from '../../errors.js';
import { quantile } from './quantile.js';

/** The quantile when neither a quantile nor a contamination was given. */
const FALLBACK_QUANTILE = 0.995;

export interface ImageThresholdRequest {
  /** Scores of normal pictures, best held out from fitting. */
  readonly scores: readonly number[];
  readonly split: ImageThresholdProvenance['split'];
  /** Given by the user, or null. */
  readonly quantile: number | null;
  /** The share of training pictures thought to be bad, or null; used when no quantile is given. */
  readonly contamination: number | null;
  readonly calibrationSha256?: string;
}

export interface ImageThreshold {
  readonly value: number;
  readonly provenance: ImageThresholdProvenance;
}

/**
 * The image threshold: a quantile of normal scores. A picture is anomalous when `score > threshold`.
 *
 * @throws DataError without scores
 */
export function fitImageThreshold(request: ImageThresholdRequest): ImageThreshold {
  if (request.scores.length === 0) throw new DataError('a threshold needs scores of good pictures, but there are none');
  const sorted = Float64Array.from(request.scores).sort();
  const { contamination } = request;
  const q = request.quantile ?? (contamination !== null ? 1 - contamination : FALLBACK_QUANTILE);
  const source = request.quantile !== null ? 'explicit' : contamination !== null ? 'contamination' : 'fallback';
  return {
    value: quantile(sorted, q),
    provenance: {
      method: 'quantile',
      quantile: q,
      source,
      contamination,
      split: request.split,
      calibration_count: sorted.length,
      ...(request.calibrationSha256 === undefined ? {} : { calibration_sha256: request.calibrationSha256 }),
      score_summary: summarise(sorted),
    },
  };
}

function summarise(sorted: Float64Array): ScoreSummary {
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

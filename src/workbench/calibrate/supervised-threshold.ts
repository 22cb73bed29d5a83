import { DataError } from '../../errors.js';
import type { ImageThreshold } from '../../inference/thresholds/image-threshold.js';
import { scoreSummary } from '../../inference/thresholds/score-summary.js';
import { bestF1 } from '../metrics/best-f1.js';

/**
 * The image threshold with the highest F1 on labelled pictures.
 *
 * @param normals,anomalies scores
 * @throws DataError without scores of either kind
 */
export function supervisedThreshold(
  normals: readonly number[],
  anomalies: readonly number[],
  calibrationSha256: string,
): ImageThreshold {
  if (normals.length === 0 || anomalies.length === 0) {
    throw new DataError(
      `supervised_f1: expected good pictures and pictures with defects, got ${normals.length} and ${anomalies.length}; give --normals and --anomalies`,
    );
  }
  const labels = [...normals.map(() => 0), ...anomalies.map(() => 1)];
  const { f1, threshold } = bestF1([...normals, ...anomalies], labels) as { f1: number; threshold: number };
  return {
    value: threshold,
    provenance: {
      method: 'supervised_f1',
      value: threshold,
      quantile: null,
      source: 'explicit',
      contamination: null,
      split: 'given',
      calibration_count: normals.length,
      calibration_sha256: calibrationSha256,
      score_summary: scoreSummary(Float64Array.from(normals).sort()),
      supervised: { f1, anomalous_count: anomalies.length },
    },
  };
}

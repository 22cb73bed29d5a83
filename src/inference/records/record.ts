import type { PixelThresholdProvenance } from '../../config/threshold.js';
import type { DefectsResult } from '../../defects/find-defects.js';

/** One line of the output: plain JSON, field names as in the documentation of the record. */
export interface InspectionRecord {
  index: number;
  input: string;
  score: number;
  label?: 0 | 1;
  decision_summary?: DecisionSummary;
  postprocess_summary: Record<string, unknown>;
  anomaly_map?: { shape: [number, number]; dtype: 'float32'; path?: string };
  defects?: DefectsRecord;
  /** Only when errors become records. */
  status?: 'ok';
}

export interface ErrorRecord {
  index: number;
  input: string;
  status: 'error';
  error: { type: string; message: string; stage: 'infer' | 'artifacts' };
}

export interface DecisionSummary {
  decision: 'normal' | 'anomalous' | 'score_only';
  threshold_applied: number | null;
  has_confidence: boolean;
  rejected: boolean;
  requires_review: boolean;
  review_reason: 'none' | 'anomaly_label' | 'unthresholded_score';
}

export interface DefectsRecord {
  space: DefectsResult['space'];
  pixel_threshold: number;
  pixel_threshold_provenance: PixelThresholdProvenance | null;
  mask: { shape: [number, number]; dtype: 'uint8'; encoding: string; path?: string };
  regions: DefectsResult['regions'];
  map_stats_roi: DefectsResult['map_stats_roi'];
  trace?: DefectsResult['trace'];
}

/** `label = score > threshold`: the one label rule of the package. */
export function decide(score: number, threshold: number | null): Pick<InspectionRecord, 'label' | 'decision_summary'> {
  if (threshold === null) return {};
  const anomalous = score > threshold;
  return {
    label: anomalous ? 1 : 0,
    decision_summary: {
      decision: anomalous ? 'anomalous' : 'normal',
      threshold_applied: threshold,
      has_confidence: false,
      rejected: false,
      requires_review: anomalous,
      review_reason: anomalous ? 'anomaly_label' : 'none',
    },
  };
}

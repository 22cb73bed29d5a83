import { labelConfidence, type ScoreRange } from '../thresholds/label-confidence.js';
import type { InspectionRecord } from './record.js';

export interface DecisionSummary {
  decision: 'normal' | 'anomalous' | 'rejected_low_confidence' | 'score_only';
  threshold_applied: number | null;
  has_confidence: boolean;
  rejected: boolean;
  requires_review: boolean;
  review_reason: 'none' | 'anomaly_label' | 'low_confidence' | 'unthresholded_score';
}

/** Whether records tell how much speaks for a label, and from where on it is given out. */
export interface ConfidencePolicy {
  /** Of the good scores that the threshold was read from. */
  readonly range: ScoreRange;
  /** null rejects none */
  readonly rejectBelow: number | null;
  readonly rejectLabel: number;
}

type Decision = Pick<InspectionRecord, 'label' | 'label_confidence' | 'rejected' | 'decision_summary'>;

/** `label = score > threshold`: the one label rule of the package. A label of too little confidence is rejected. */
export function decide(score: number, threshold: number | null, policy: ConfidencePolicy | null = null): Decision {
  if (threshold === null) return {};
  const anomalous = score > threshold;
  const confidence = policy === null ? null : labelConfidence(score, threshold, policy.range);
  const gate = policy?.rejectBelow ?? null;
  const rejected = gate !== null && confidence !== null && confidence < gate;
  return {
    label: rejected ? (policy as ConfidencePolicy).rejectLabel : anomalous ? 1 : 0,
    ...(confidence === null ? {} : { label_confidence: confidence }),
    ...(gate === null ? {} : { rejected }),
    decision_summary: {
      decision: rejected ? 'rejected_low_confidence' : anomalous ? 'anomalous' : 'normal',
      threshold_applied: threshold,
      has_confidence: confidence !== null,
      rejected,
      requires_review: rejected || anomalous,
      review_reason: rejected ? 'low_confidence' : anomalous ? 'anomaly_label' : 'none',
    },
  };
}

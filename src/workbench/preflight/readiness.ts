import type { DatasetItem } from '../../data/dataset.js';

/** Fewer pictures to learn from are told as few. */
const FEW = 16;

interface ReadinessIssue {
  readonly code:
    | 'MISSING_TRAIN_SPLIT'
    | 'MISSING_TEST_NORMAL'
    | 'MISSING_TEST_ANOMALY'
    | 'PIXEL_METRICS_UNAVAILABLE'
    | 'FEWSHOT_TRAIN_SET';
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** What a data set is good for; the same in `imgano preflight` and in `report.json`. */
export interface Readiness {
  readonly status: 'ok' | 'warning' | 'error';
  readonly issue_codes: readonly ReadinessIssue['code'][];
  readonly issue_details: readonly ReadinessIssue[];
}

export interface DatasetSummary {
  readonly train_count: number;
  readonly calibration_count: number;
  readonly test_count: number;
  readonly test_anomaly_count: number;
  /** null without test pictures */
  readonly test_anomaly_ratio: number | null;
  readonly pixel_metrics: { readonly enabled: boolean; readonly reason: string | null };
}

interface Pictures {
  readonly fit: number;
  readonly calibration: number;
  readonly test: readonly DatasetItem[];
  readonly hasMaps: boolean;
}

/** What a run has to work with. */
export function datasetSummary({ fit, calibration, test, hasMaps }: Pictures): DatasetSummary {
  const anomalous = test.filter(({ label }) => label === 1);
  const bare = anomalous.find(({ maskPath }) => maskPath === null);
  const reason = !hasMaps
    ? 'the model gives no maps'
    : anomalous.length === 0
      ? 'there are no test pictures with defects'
      : bare === undefined
        ? null
        : `there is no mask for ${bare.source.name}`;
  return {
    train_count: fit,
    calibration_count: calibration,
    test_count: test.length,
    test_anomaly_count: anomalous.length,
    test_anomaly_ratio: test.length === 0 ? null : anomalous.length / test.length,
    pixel_metrics: { enabled: reason === null, reason },
  };
}

/** What the summary means for a run and its figures. */
export function readinessOf(summary: DatasetSummary): Readiness {
  const { train_count: train, test_count: test, test_anomaly_count: anomalous, pixel_metrics: pixels } = summary;
  const issues: ReadinessIssue[] = [];
  const add = (code: ReadinessIssue['code'], message: string, severity: 'error' | 'warning' = 'warning') =>
    issues.push({ code, severity, message });
  if (train === 0) add('MISSING_TRAIN_SPLIT', 'there are no good pictures to train on', 'error');
  else if (train < FEW) add('FEWSHOT_TRAIN_SET', `${train} pictures to learn from are few; from ${FEW} on it is usual`);
  if (test - anomalous === 0)
    add('MISSING_TEST_NORMAL', 'there are no good test pictures, so that false alarms are not measured');
  if (anomalous === 0)
    add('MISSING_TEST_ANOMALY', 'there are no test pictures with defects, so that nothing is measured on them');
  else if (!pixels.enabled) add('PIXEL_METRICS_UNAVAILABLE', `no figures of pixels: ${pixels.reason}`);
  const severities = issues.map(({ severity }) => severity);
  return {
    status: severities.includes('error') ? 'error' : severities.length > 0 ? 'warning' : 'ok',
    issue_codes: issues.map(({ code }) => code),
    issue_details: issues,
  };
}

import type { CalibrationConfig } from '../../config/calibration.js';
import type { WeightsStore } from '../../models/weights-store.js';
import type { Progress } from '../../runtime/progress.js';
import type { CalibrationInputs } from './calibration-pictures.js';

export interface CalibrateOptions extends CalibrationInputs {
  /** A new `.json` beside the old document, or a new run folder. */
  readonly out: string;
  /** How the image threshold is found; `supervised_f1` needs `anomalies`. */
  readonly rule: Omit<CalibrationConfig, 'holdout_fraction' | 'rule'> & {
    readonly rule: CalibrationConfig['rule'] | 'supervised_f1';
  };
  readonly contamination: number | null;
  /** Keys that beat those of the config's `defects` section; a `pixel_threshold` of null is found anew. */
  readonly defects?: Record<string, unknown>;
  readonly references?: string;
  readonly seed?: number;
  readonly backend?: string;
  readonly weights: WeightsStore;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** What a calibration tells at its end. */
export interface CalibrateReport {
  readonly infer_config: string;
  readonly rule: string;
  readonly calibration_count: number;
  readonly anomalous_count: number;
  readonly threshold: number;
  readonly threshold_before: number | null;
  /** null for a model without maps */
  readonly pixel_threshold: number | null;
  readonly pixel_threshold_before: number | null;
}

/**
 * Finds the thresholds of a trained run anew, on other good pictures or by another rule; the model stays as it is. TensorFlow.js is loaded when
 * this is called.
 *
 * @throws ConfigError, DataError, WeightsError, UnsupportedBackendError; nothing is left behind then
 */
export async function calibrateRun(path: string, options: CalibrateOptions): Promise<CalibrateReport> {
  const { recalibrate } = await import('./recalibrate.js');
  return recalibrate(path, options);
}

import type { RunConfig } from '../../config/run-config.js';
import type { WeightsStore } from '../../models/weights-store.js';
import type { Progress } from '../../runtime/progress.js';

export interface TrainOptions {
  /** The run folder; must not exist, or be empty. */
  readonly out: string;
  /** A backend by name; by default the best that the machine has. */
  readonly backend?: string;
  readonly weights: WeightsStore;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** What a training run tells at its end; also `report.json`. */
export interface TrainReport {
  readonly run_dir: string;
  readonly infer_config: string;
  readonly model: string;
  readonly backend: string;
  readonly train_count: number;
  readonly calibration_count: number;
  /** Of them, those that are their own references, so that simulated second shots stood in for them; absent when none. */
  readonly simulated_count?: number;
  readonly threshold: number;
  /** null for a model without maps */
  readonly pixel_threshold: number | null;
  readonly seconds: { readonly fit: number; readonly calibrate: number };
}

/**
 * Fits a model on good pictures, reads its thresholds from pictures held out from the fit, and writes the run folder:
 * `infer_config.json`, `model/`, `report.json`, `environment.json`. TensorFlow.js is loaded when this is called.
 *
 * @throws ConfigError, DataError, WeightsError, UnsupportedBackendError; nothing is left behind then
 */
export async function trainRun(config: RunConfig, options: TrainOptions): Promise<TrainReport> {
  const { fitRun } = await import('./fit-run.js');
  return fitRun(config, options);
}

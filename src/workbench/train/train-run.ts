import type { RunConfig } from '../../config/run-config.js';
import type { WeightsStore } from '../../models/weights-store.js';
import type { Progress } from '../../runtime/progress.js';
import type { EvaluationReport } from '../evaluate/evaluation.js';
import { findRecipe } from '../recipes/find-recipe.js';

export interface TrainOptions {
  /** The run folder; must not exist, or be empty. */
  readonly out: string;
  /** A backend by name; by default the best that the machine has. */
  readonly backend?: string;
  readonly weights: WeightsStore;
  /** The folders that `weights` searches, for the probes of a deploy bundle. */
  readonly weightsFolders?: readonly string[];
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  /** Add to `infer_config.json` the contracts for the people at the line, and write `operator_contract.json`. */
  readonly exportContracts?: boolean;
  /** Export the run as a deploy bundle in its folder too, with probes of its data set. */
  readonly exportBundle?: boolean;
  /**
   * Keep trainings in `OUT.partial`, every so many epochs (10 by default) and when they are stopped; `resume` goes on with what lies there. Absent =
   * a run that is stopped leaves nothing behind.
   */
  readonly checkpoints?: { readonly everyEpochs?: number; readonly resume?: boolean };
}

/** What a training run tells at its end; a part of `report.json`. */
export interface TrainReport {
  readonly run_dir: string;
  readonly infer_config: string;
  readonly model: string;
  readonly backend: string;
  readonly train_count: number;
  readonly calibration_count: number;
  /** Labelled defects that were learned from, and how many of them had a mask; absent when none. */
  readonly labelled_defects?: { readonly pictures: number; readonly masks: number };
  /** Pictures of other things that were learned from; absent when none. */
  readonly other_pictures?: number;
  /** Calibration pictures that are their own references, so that simulated second shots stood in for them; absent when none. */
  readonly simulated_count?: number;
  readonly threshold: number;
  /** null for a model without maps */
  readonly pixel_threshold: number | null;
  /** On the test pictures; null where there are none, or where `results_missing` of `report.json` says why not. */
  readonly results: EvaluationReport | null;
  /** The deploy bundle, where one was asked for. */
  readonly deploy_bundle?: string;
  readonly seconds: { readonly fit: number; readonly calibrate: number; readonly evaluate: number };
}

/**
 * Fits a model on good pictures, reads its thresholds from pictures held out from the fit, evaluates it on the test pictures of the data set, and
 * writes the run folder (see `docs/workbench.md`). TensorFlow.js is loaded when this is called.
 *
 * @throws ConfigError, DataError, WeightsError, UnsupportedBackendError; nothing is left behind then
 */
export async function trainRun(config: RunConfig, options: TrainOptions): Promise<TrainReport> {
  const work = await findRecipe(config.recipe, 'recipe').load();
  return work(config, options);
}

import type { PredictionPolicy } from '../config/prediction.js';
import { startRuntime } from '../runtime/start.js';
import type { ErrorRecord, InspectionRecord } from './records/record.js';
import type { PictureInputs } from './inputs.js';
import type { Inspection, InspectOptions, RunInfo } from './run.js';

export interface OpenRunOptions {
  /** A backend by name; by default the best that the machine has. */
  readonly backend?: string;
  /** Folders that are searched for external weights, before the usual ones. */
  readonly weights?: readonly string[];
  /** Keys that beat those of the config's `defects` section, in its shape. */
  readonly defects?: Record<string, unknown>;
  /** For a model that compares every picture with a reference: a folder of pictures of the same names, or one picture for all. */
  readonly references?: string;
  /** Keys that beat those of the config's `prediction` section: which labels are rejected. */
  readonly prediction?: Partial<PredictionPolicy>;
  /** Keys that beat those of the config's `adaptation.tiling`: how pictures are cut into tiles. */
  readonly tiling?: Record<string, unknown>;
  /** Of a config that holds several categories, the one to run. */
  readonly category?: string;
  /**
   * The network in bfloat16: faster, with scores and maps that move a little while thresholds stay. Where the machine cannot, `warn`
   * is told why and float32 runs; `info.precision` says which. Default false.
   */
  readonly amp?: boolean;
  /** Keeps TensorFlow.js in a worker thread, so that the caller's event loop never waits for a computation. */
  readonly isolate?: boolean;
  readonly warn?: (line: string) => void;
}

/** What `openRun` gives, whether or not it is isolated. */
export interface OpenedRun {
  readonly info: RunInfo;
  inspect(inputs: PictureInputs, options?: InspectOptions): AsyncGenerator<InspectionRecord | ErrorRecord>;
  inspectAll(inputs: PictureInputs, options?: InspectOptions): AsyncGenerator<Inspection>;
  dispose(): Promise<void>;
}

/**
 * Opens a trained run for inspecting pictures in this process.
 *
 * @param path an `infer_config.json`, or the run folder that holds it
 * @throws ConfigError, WeightsError, DataError when the run is not whole; UnsupportedBackendError
 */
export async function openRun(path: string, options: OpenRunOptions = {}): Promise<OpenedRun> {
  if (options.isolate === true) {
    const { openIsolatedRun } = await import('./isolate/isolated-run.js');
    return openIsolatedRun(path, options);
  }
  await startRuntime(options.backend, { warn: options.warn });
  const [{ loadRun }, { runOf }, { openWeightsStore }] = await Promise.all([
    import('./load-run.js'),
    import('./run-of.js'),
    import('../models/weights-store.js'),
  ]);
  return runOf(await loadRun(path, openWeightsStore({ searchDirs: options.weights }), options), options.warn);
}

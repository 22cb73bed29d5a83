import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadRun } from '../../inference/load-run.js';
import { runOf } from '../../inference/run-of.js';
import { openWeightsStore } from '../../models/weights-store.js';
import { startRuntime } from '../../runtime/start.js';
import { BUNDLE_FILES } from './bundle-files.js';
import { ObservedDetector } from './observed-detector.js';
import type { ObservedRun } from './probe-record.js';

export interface ObserveOptions {
  /** A backend by name; by default the best that the machine has. */
  readonly backend?: string;
  /** Folders that are searched for external weights. */
  readonly weights: readonly string[];
  readonly warn?: (line: string) => void;
}

/**
 * Loads the run of a bundle so that every stage of it can be looked at; the caller disposes `run`.
 *
 * @throws ConfigError, WeightsError, DataError, UnsupportedBackendError as `openRun`
 */
export async function observeBundle(dir: string, { backend, weights, warn }: ObserveOptions): Promise<ObservedRun> {
  await startRuntime(backend, { warn });
  const references = join(dir, BUNDLE_FILES.references);
  const loaded = await loadRun(dir, openWeightsStore({ searchDirs: weights }), {
    ...(existsSync(references) ? { references } : {}),
    warn,
  });
  const detector = new ObservedDetector(loaded.detector);
  return { run: runOf({ ...loaded, detector }, warn), detector };
}

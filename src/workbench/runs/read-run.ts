import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { examine } from '../../config/codec.js';
import { StoredReport } from '../../config/stored-report.js';
import { DataError } from '../../errors.js';
import { METRIC_DIRECTIONS } from '../train/run-report.js';
import { RUN_FILES } from '../train/run-files.js';

export type MetricName = keyof typeof METRIC_DIRECTIONS;
export const METRICS = Object.keys(METRIC_DIRECTIONS) as MetricName[];

/** What a run folder tells of itself. */
export interface RunSummary {
  readonly name: string;
  readonly path: string;
  /** UTC; of an old report, when it was written. */
  readonly created: string;
  readonly model: string;
  readonly dataset: string | null;
  readonly category: string | null;
  readonly recipe: string | null;
  readonly seed: number | null;
  readonly backend: string | null;
  readonly threshold: number | null;
  readonly pixel_threshold: number | null;
  /** Of the test split; those that the run has. */
  readonly metrics: Readonly<Partial<Record<MetricName, number>>>;
}

/** A run with what only a comparison needs. */
export interface StoredRun extends RunSummary {
  /** sha256 over the pixels that were fitted on, and that were tested on. */
  readonly split: string | null;
  readonly test: string | null;
  readonly environment: string | null;
  /** The run config; null in an old report. */
  readonly config: Readonly<Record<string, unknown>> | null;
  /** Canonical text of the operator contract; null without one. */
  readonly contract: string | null;
}

/**
 * Reads a run folder by its documents; no model is loaded.
 *
 * @throws DataError when there is no report that can be read
 */
export async function readRun(path: string): Promise<StoredRun> {
  const file = join(path, RUN_FILES.report);
  const { value: report, problems } = examine(StoredReport, await readJson(file));
  if (report === undefined) {
    const [{ path: key, message }] = problems;
    throw new DataError(`${file}: ${key === '' ? '' : `${key}: `}${message}; this is no run, or it is damaged`);
  }
  const environment = await readJson(join(path, RUN_FILES.environment)).catch(() => null);
  const contract = await readJson(join(path, RUN_FILES.operatorContract)).catch(() => null);
  const metrics = METRICS.flatMap((name) => {
    const value = report.results?.[name];
    return typeof value === 'number' && Number.isFinite(value) ? [[name, value] as const] : [];
  });
  const fingerprint = (environment as { fingerprint_sha256?: unknown } | null)?.fingerprint_sha256;
  return {
    name: basename(resolve(path)),
    path,
    created: report.timestamp_utc ?? (await stat(file)).mtime.toISOString(),
    model: report.model,
    dataset: report.dataset ?? null,
    category: report.category ?? null,
    recipe: report.recipe ?? null,
    seed: report.seed ?? null,
    backend: report.backend ?? null,
    threshold: report.threshold ?? null,
    pixel_threshold: report.pixel_threshold ?? null,
    metrics: Object.fromEntries(metrics),
    split: report.split_fingerprint?.sha256 ?? null,
    test: report.test_fingerprint?.sha256 ?? null,
    environment: typeof fingerprint === 'string' ? fingerprint : null,
    config: report.config ?? null,
    contract: contract === null ? null : JSON.stringify(contract),
  };
}

/** Without what only a comparison needs. */
export function summaryOf(run: StoredRun): RunSummary {
  const { split: _split, test: _test, environment: _environment, config: _config, contract: _contract, ...rest } = run;
  return rest;
}

/** @throws DataError when the file is not there, or no JSON */
async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not valid JSON' : 'there is no such file';
    throw new DataError(`${file}: cannot be read, because ${why}; name a run folder of imgano train`, { cause: error });
  }
}

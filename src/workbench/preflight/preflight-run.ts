import type { RunConfig } from '../../config/run-config.js';
import { datasetName } from '../train/run-report.js';
import { estimateRun, MemoryError, type RunEstimate } from './estimate.js';
import type { PreflightIssue } from './issues.js';
import { prepareRun, type PrepareOptions } from './prepare-run.js';
import type { PictureSizes } from './picture-issues.js';
import { readinessOf, type DatasetSummary, type Readiness } from './readiness.js';

export interface PreflightOptions extends PrepareOptions {
  /** Also try what the fit will take, on a few pictures. */
  readonly estimate: boolean;
}

/** What `imgano preflight` tells. */
export interface PreflightReport {
  readonly dataset: string;
  readonly category: string | null;
  readonly recipe: string;
  readonly model: string;
  readonly backend: string | null;
  readonly run_dir: string;
  /** null where the data set could not be read */
  readonly summary: DatasetSummary | null;
  readonly picture_sizes: PictureSizes | null;
  readonly issues: readonly PreflightIssue[];
  readonly dataset_readiness: Readiness | null;
  /** null where there are errors, or none was asked for */
  readonly estimate: RunEstimate | null;
}

/** Makes every check of `trainRun` without the fit, and tells what the fit will take. Nothing is written. */
export async function preflightRun(config: RunConfig, options: PreflightOptions): Promise<PreflightReport> {
  const { issues, summary, prepared } = await prepareRun(config, options);
  let estimate: RunEstimate | null = null;
  try {
    if (prepared !== null && options.estimate) estimate = await estimateRun(config, prepared, options.signal);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    issues.error('MEMORY_BUDGET_EXCEEDED', error);
  } finally {
    prepared?.detector.dispose();
    await prepared?.pixels.dispose();
  }
  return {
    dataset: datasetName(config.dataset.root),
    category: config.dataset.category,
    recipe: config.recipe,
    model: config.model.name,
    backend: prepared?.backend ?? null,
    run_dir: options.out,
    summary,
    picture_sizes: prepared?.sizes ?? null,
    issues: issues.list,
    dataset_readiness: summary && readinessOf(summary),
    estimate,
  };
}

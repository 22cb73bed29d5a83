import { basename, resolve } from 'node:path';
import type { InferConfig } from '../../config/infer-config.js';
import type { RunConfig } from '../../config/run-config.js';
import { packageVersion } from '../../runtime/package-version.js';
import type { PreflightIssue } from '../preflight/issues.js';
import { readinessOf, type DatasetSummary } from '../preflight/readiness.js';
import type { TrainReport } from './train-run.js';

/** What a data set is called in names and reports: its folder or manifest, without where it lies. */
export function datasetName(root: string): string {
  return basename(resolve(root)).replace(/\.jsonl$/i, '');
}

/**
 * `report.json`: what was run, on what, and what came out.
 *
 * @param missing why there are no results; null where there are
 */
export function runReport(
  report: TrainReport,
  parts: {
    readonly config: RunConfig;
    readonly inferConfig: InferConfig;
    readonly summary: DatasetSummary;
    readonly issues: readonly PreflightIssue[];
    readonly missing: string | null;
    readonly fingerprint: string | null;
  },
): object {
  const { config, inferConfig, summary, issues, missing, fingerprint } = parts;
  const { threshold_provenance, pixel_threshold_provenance, split_fingerprint, checkpoint } = inferConfig;
  return {
    schema_version: 1,
    imgano_version: packageVersion,
    timestamp_utc: inferConfig.timestamp_utc,
    ...report,
    dataset: datasetName(config.dataset.root),
    category: config.dataset.category,
    recipe: config.recipe,
    seed: config.seed,
    ...{ threshold_provenance, pixel_threshold_provenance, split_fingerprint },
    checkpoint: checkpoint && { path: checkpoint.path },
    dataset_summary: summary,
    dataset_readiness: readinessOf(summary),
    preflight: { issues },
    evaluation_contract: {
      schema_version: 1,
      primary_metric: 'image_auroc',
      ranking_metric: 'image_auroc',
      metric_directions: METRIC_DIRECTIONS,
      pixel_metrics_enabled: summary.pixel_metrics.enabled,
      comparability_hints: {
        requires_same_dataset: true,
        requires_same_category: true,
        requires_same_split: true,
        recommends_same_environment: true,
      },
    },
    results: report.results,
    results_missing: missing,
    test_fingerprint: fingerprint === null ? null : { sha256: fingerprint, method: 'pixels' },
    config,
  };
}

/** Which way each figure of a run is better. */
export const METRIC_DIRECTIONS = {
  image_auroc: 'higher',
  image_ap: 'higher',
  image_f1: 'higher',
  pixel_auroc: 'higher',
  aupro: 'higher',
  region_precision: 'higher',
  false_regions_per_100_good: 'lower',
} as const;

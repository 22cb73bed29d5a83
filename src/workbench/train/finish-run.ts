import { join } from 'node:path';
import type { DatasetItem } from '../../data/dataset.js';
import type { InferConfig } from '../../config/infer-config.js';
import type { RunConfig } from '../../config/run-config.js';
import type { PreflightIssue } from '../preflight/issues.js';
import { datasetSummary } from '../preflight/readiness.js';
import { calibrationCard } from './calibration-card.js';
import { evaluateSplit } from './evaluate-split.js';
import { RUN_FILES } from './run-files.js';
import { datasetName, runReport } from './run-report.js';
import type { TrainOptions, TrainReport } from './train-run.js';
import { writeJson } from './write-documents.js';

export interface FittedRun {
  readonly config: RunConfig;
  /** As it lies in the folder. */
  readonly inferConfig: InferConfig;
  readonly report: Omit<TrainReport, 'results' | 'seconds'> & {
    readonly seconds: { readonly fit: number; readonly calibrate: number };
  };
  readonly fitted: { readonly count: number; readonly hasMaps: boolean };
  readonly test: readonly DatasetItem[];
  /** What the check before the fit warned of. */
  readonly issues: readonly PreflightIssue[];
  readonly options: TrainOptions;
}

/** Everything after the model lies in its folder: the evaluation with what was written, the documents about the run, the bundle. */
export async function finishRun(dir: string, run: FittedRun): Promise<TrainReport> {
  const { config, inferConfig, report, fitted, options } = run;
  const { weights, progress, signal } = options;
  const references = config.dataset.reference_dir;
  const items = config.output.per_image_jsonl ? run.test : [];
  const started = performance.now();
  const evaluated = await evaluateSplit(dir, { items, references, weights, progress, signal });
  const whole: TrainReport = {
    ...report,
    results: evaluated.results,
    seconds: { ...report.seconds, evaluate: Math.round(performance.now() - started) / 1000 },
    ...(options.exportBundle === true ? { deploy_bundle: join(options.out, RUN_FILES.bundle) } : {}),
  };
  const summary = datasetSummary({
    fit: fitted.count,
    calibration: report.calibration_count,
    test: run.test,
    hasMaps: fitted.hasMaps,
  });
  await writeJson(join(dir, RUN_FILES.config), { config });
  await writeJson(
    join(dir, RUN_FILES.report),
    runReport(whole, { config, inferConfig, summary, issues: run.issues, ...evaluated }),
  );
  const card = { runDir: report.run_dir, dataset: datasetName(config.dataset.root), recipe: config.recipe };
  await writeJson(join(dir, RUN_FILES.calibrationCard), calibrationCard(inferConfig, card));
  if (options.exportBundle === true) await exportInto(dir, run);
  return whole;
}

/** The bundle is made while the run is not yet there, so that there is both or neither. */
async function exportInto(dir: string, { config, report, options }: FittedRun): Promise<void> {
  const { exportBundle } = await import('../bundle/export-bundle.js');
  const { progress, signal } = options;
  await exportBundle(dir, {
    out: join(dir, RUN_FILES.bundle),
    data: config.dataset.root,
    probes: 4,
    seed: config.seed,
    references: config.dataset.reference_dir ?? undefined,
    copyWeights: false,
    backend: report.backend,
    weights: options.weightsFolders,
    ...{ progress, signal },
  });
}

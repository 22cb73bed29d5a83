import { join } from 'node:path';
import type { InferConfig } from '../../config/infer-config.js';
import type { RunConfig } from '../../config/run-config.js';
import { byRegion } from '../../data/by-region.js';
import { Engine } from '../../inference/engine.js';
import { DefectFitSource, type LabelledDefect } from '../../inference/defect-fit-source.js';
import { PictureFitSource } from '../../inference/fit-source.js';
import { scorerFor } from '../../inference/scorer-for.js';
import { FitTiles } from '../../inference/tiles/fit-tiles.js';
import type { PreflightIssue } from '../preflight/issues.js';
import { prepareRun, type PreparedRun } from '../preflight/prepare-run.js';
import { packageVersion } from '../../runtime/package-version.js';
import { digestOf } from '../training/checkpoint.js';
import { createTrainer, type TrainingLog } from '../training/create-trainer.js';
import { writeTrainingLog } from '../training/write-training-log.js';
import { calibrate } from './calibrate.js';
import { finishRun, type FittedRun } from './finish-run.js';
import type { TrainOptions, TrainReport } from './train-run.js';
import { secondShots } from './second-shots.js';
import { checkpointsFor, forgetCheckpoints } from './partial-run.js';
import { RUN_FILES } from './run-files.js';
import { writeRunFolder } from './run-folder.js';
import { writeDocuments } from './write-documents.js';

const FIT_BATCH = 8;

/**
 * The work behind `trainRun`: check, split, fit, calibrate, evaluate, write.
 *
 * @throws ConfigError, DataError, WeightsError, UnsupportedBackendError; nothing is left behind then
 */
export async function fitRun(config: RunConfig, options: TrainOptions): Promise<TrainReport> {
  const { out, backend, weights, progress, signal } = options;
  const warn = (line: string) => progress.warn(line);
  const { issues, prepared } = await prepareRun(config, { out, backend, weights, warn, signal });
  issues.settle();
  const ready = prepared as PreparedRun;
  let report: TrainReport | null = null;
  try {
    await writeRunFolder(out, async (dir) => {
      report = await buildRun(dir, config, ready, issues.list, options);
    });
  } finally {
    await ready.pixels.dispose();
  }
  await forgetCheckpoints(options);
  return report as unknown as TrainReport;
}

/** Makes the run in a folder that is not yet its own. */
async function buildRun(
  dir: string,
  config: RunConfig,
  ready: PreparedRun,
  issues: readonly PreflightIssue[],
  options: TrainOptions,
): Promise<TrainReport> {
  const { spec, params, defects, roiMask, tiles, references, pixels, detector, labelled, others } = ready;
  const { fit, calibration, split, test, defective } = ready.pictures;
  if (spec.needs.defects === undefined && defective.length > 0) {
    options.progress.info(
      `${defective.length} defective training pictures are left out: ${spec.name} learns from good ones alone`,
    );
  }
  const warn = (line: string) => options.progress.warn(line);
  const engine = new Engine(detector, scorerFor(detector, references, tiles), warn);
  const hasMaps = spec.outputs.includes('map');
  let inferConfig: InferConfig;
  let report: FittedRun['report'];
  try {
    const parts = await FitTiles.of(fit, tiles);
    // What is looked at in tiles need not be in memory whole.
    const shown = tiles === null ? fit : fit.map((source) => byRegion(source));
    const source = new PictureFitSource(shown, detector.input, FIT_BATCH, options.signal, references, parts);
    const started = performance.now();
    const { progress, signal } = options;
    const taught =
      labelled.length === 0
        ? undefined
        : await DefectFitSource.of(labelled, detector.input, { batchSize: FIT_BATCH, tiles, signal });
    // They are shown whole: they have no parts that lie where tiles expect them.
    const strange = others.length === 0 ? undefined : new PictureFitSource(others, detector.input, FIT_BATCH, signal);
    const taughtHashes = () => [...(taught?.pixelHashes ?? []), ...(strange?.pixelHashes ?? [])];
    const checkpoints = checkpointsFor(options, () => ({
      'set of parameters': digestOf(spec.params.encode(params)),
      seed: String(config.seed),
      'set of pictures': digestOf([...source.pixelHashes, ...taughtHashes()]),
      backend: ready.backend,
      'version of imgano': packageVersion,
    }));
    const logs: TrainingLog[] = [];
    const train = createTrainer({ checkpoints, onTrained: (log) => logs.push(log) });
    await detector.fit(source, { seed: config.seed, progress, signal, train, defects: taught, others: strange });
    const fitted = performance.now();
    const simulated = new Set<string>();
    const held =
      references === null
        ? calibration
        : secondShots(calibration, references, { seed: config.seed, onSimulated: (name) => simulated.add(name) });
    const { calibration: rule } = config;
    const { contamination } = config.model;
    const { tiling } = config.adaptation;
    const found = await calibrate(engine, held, pixels, { tiling, rule, contamination, split, hasMaps, ...options });
    if (simulated.size > 0) {
      warn(
        `${simulated.size} of ${calibration.length} calibration pictures are their own references; simulated second shots stand in for them, ` +
          'so calibrate with real good pictures of the same parts as soon as there are some',
      );
    }
    report = {
      run_dir: options.out,
      infer_config: join(options.out, RUN_FILES.inferConfig),
      model: spec.name,
      backend: ready.backend,
      train_count: fit.length,
      calibration_count: calibration.length,
      ...(labelled.length > 0 ? { labelled_defects: countOf(labelled) } : {}),
      ...(others.length > 0 ? { other_pictures: others.length } : {}),
      ...(simulated.size > 0 ? { simulated_count: simulated.size } : {}),
      threshold: found.image.value,
      pixel_threshold: found.pixel?.value ?? null,
      seconds: { fit: seconds(fitted - started), calibrate: seconds(performance.now() - fitted) },
    };
    const counts = { calibrated: calibration.length, tested: test.length };
    const learned = {
      spec,
      params,
      detector,
      weights: ready.used,
      hashes: source.pixelHashes,
      taughtHashes: taughtHashes(),
    };
    const contracts = options.exportContracts === true || options.exportBundle === true;
    if (logs.length > 0) await writeTrainingLog(dir, logs);
    inferConfig = await writeDocuments(dir, { ...learned, config, defects, roiMask, found, ...counts, contracts });
  } finally {
    await engine.dispose();
  }
  return finishRun(dir, { config, inferConfig, report, fitted: { count: fit.length, hasMaps }, test, issues, options });
}

function countOf(labelled: readonly LabelledDefect[]): NonNullable<TrainReport['labelled_defects']> {
  return { pictures: labelled.length, masks: labelled.filter(({ maskPath }) => maskPath !== null).length };
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}

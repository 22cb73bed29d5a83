import { join } from 'node:path';
import { decode } from '../../config/codec.js';
import { DefectsConfig } from '../../config/defects.js';
import type { InferConfig } from '../../config/infer-config.js';
import { tileRule } from '../../config/tile-rule.js';
import type { RunConfig } from '../../config/run-config.js';
import { byRegion } from '../../data/by-region.js';
import { checkDefectsConfig } from '../../defects/check-config.js';
import { Engine } from '../../inference/engine.js';
import { PictureFitSource } from '../../inference/fit-source.js';
import { referencesFor } from '../../inference/references-for.js';
import { readRoiMask } from '../../inference/roi-mask.js';
import { scorerFor } from '../../inference/scorer-for.js';
import { FitTiles } from '../../inference/tiles/fit-tiles.js';
import { PixelCalibration } from '../../inference/thresholds/pixel-calibration.js';
import { findModel } from '../../models/registry.js';
import { requireBackend } from '../../models/require-backend.js';
import { packageVersion } from '../../runtime/package-version.js';
import { startRuntime } from '../../runtime/start.js';
import { digestOf } from '../training/checkpoint.js';
import { createTrainer, type TrainingLog } from '../training/create-trainer.js';
import { writeTrainingLog } from '../training/write-training-log.js';
import { calibrate } from './calibrate.js';
import { finishRun, type FittedRun } from './finish-run.js';
import type { TrainOptions, TrainReport } from './train-run.js';
import { secondShots } from './second-shots.js';
import { splitPictures } from './split-pictures.js';
import { rememberWeights } from './remember-weights.js';
import { checkpointsFor, forgetCheckpoints } from './partial-run.js';
import { RUN_FILES } from './run-files.js';
import { writeRunFolder } from './run-folder.js';
import { writeDocuments } from './write-documents.js';

const FIT_BATCH = 8;

/**
 * The work behind `trainRun`: split, fit, calibrate, evaluate, write.
 *
 * @throws ConfigError, DataError, WeightsError, UnsupportedBackendError; nothing is left behind then
 */
export async function fitRun(config: RunConfig, options: TrainOptions): Promise<TrainReport> {
  let report: TrainReport | null = null;
  await writeRunFolder(options.out, async (dir) => {
    report = await buildRun(dir, config, options);
  });
  await forgetCheckpoints(options);
  return report as unknown as TrainReport;
}

/** Makes the run in a folder that is not yet its own. */
async function buildRun(dir: string, config: RunConfig, options: TrainOptions): Promise<TrainReport> {
  const spec = findModel(config.model.name);
  const defects = config.defects ?? decode(DefectsConfig, {}, 'defects');
  checkDefectsConfig(defects, 2);
  const tiles = tileRule(config.adaptation.tiling);
  const roiMask = await readRoiMask(defects, '.');
  const params = decode(spec.params, config.model.model_kwargs, 'model.model_kwargs');
  const references = await referencesFor(spec, config.dataset.reference_dir);
  const { fit, calibration, split, test } = await splitPictures(config);
  const warn = (line: string) => options.progress.warn(line);
  // Made before the fit, so that a strategy that cannot work is refused at once.
  const pixels = new PixelCalibration(defects, { split, roiMask, warn, signal: options.signal });
  const backend = await startRuntime(options.backend, { warn });
  requireBackend(spec, true);
  const used = rememberWeights(options.weights);
  const detector = await spec.create(params, { weights: used });
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
    const checkpoints = checkpointsFor(options, () => ({
      'set of parameters': digestOf(spec.params.encode(params)),
      seed: String(config.seed),
      'set of pictures': digestOf(source.pixelHashes),
      backend,
      'version of imgano': packageVersion,
    }));
    const logs: TrainingLog[] = [];
    const train = createTrainer({ checkpoints, onTrained: (log) => logs.push(log) });
    await detector.fit(source, { seed: config.seed, progress, signal, train });
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
      backend,
      train_count: fit.length,
      calibration_count: calibration.length,
      ...(simulated.size > 0 ? { simulated_count: simulated.size } : {}),
      threshold: found.image.value,
      pixel_threshold: found.pixel?.value ?? null,
      seconds: { fit: seconds(fitted - started), calibrate: seconds(performance.now() - fitted) },
    };
    const counts = { calibrated: calibration.length, tested: test.length };
    const learned = { spec, params, detector, weights: used.resolved, hashes: source.pixelHashes };
    const contracts = options.exportContracts === true || options.exportBundle === true;
    if (logs.length > 0) await writeTrainingLog(dir, logs);
    inferConfig = await writeDocuments(dir, { ...learned, config, defects, roiMask, found, ...counts, contracts });
  } finally {
    await pixels.dispose();
    await engine.dispose();
  }
  return finishRun(dir, { config, inferConfig, report, fitted: { count: fit.length, hasMaps }, test, options });
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}

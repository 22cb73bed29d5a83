import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from '../../config/codec.js';
import { DefectsConfig } from '../../config/defects.js';
import { INFER_CONFIG_VERSION, InferConfig } from '../../config/infer-config.js';
import { tileRule } from '../../config/tile-rule.js';
import type { RunConfig } from '../../config/run-config.js';
import { openDataset } from '../../data/dataset.js';
import { byRegion } from '../../data/by-region.js';
import type { PictureSource } from '../../data/picture.js';
import { writeFileWhole } from '../../data/write-whole.js';
import { checkDefectsConfig } from '../../defects/check-config.js';
import type { RoiMask } from '../../defects/roi.js';
import { DataError } from '../../errors.js';
import { Engine } from '../../inference/engine.js';
import { PictureFitSource } from '../../inference/fit-source.js';
import { hashFile } from '../../inference/hash-file.js';
import { setHash, shortHashes } from '../../inference/pixel-hash.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import { referencesFor } from '../../inference/references-for.js';
import { readRoiMask } from '../../inference/roi-mask.js';
import { scorerFor } from '../../inference/scorer-for.js';
import { FitTiles } from '../../inference/tiles/fit-tiles.js';
import { MASK_FORMATS } from '../../inference/sinks/mask-formats.js';
import { PixelCalibration } from '../../inference/thresholds/pixel-calibration.js';
import type { Detector } from '../../models/detector.js';
import { findModel } from '../../models/registry.js';
import { requireBackend } from '../../models/require-backend.js';
import type { ModelSpec } from '../../models/spec.js';
import type { ResolvedWeights, WeightsStore } from '../../models/weights-store.js';
import { environmentReport } from '../../runtime/environment-report.js';
import { packageVersion } from '../../runtime/package-version.js';
import { startRuntime } from '../../runtime/start.js';
import { calibrate, type Calibration } from './calibrate.js';
import type { TrainOptions, TrainReport } from './train-run.js';
import { holdOut } from './hold-out.js';
import { secondShots } from './second-shots.js';
import { writeRunFolder } from './run-folder.js';

const FIT_BATCH = 8;
/** The region of interest goes with the run: a path of the training machine means nothing elsewhere. */
const ROI_MASK_FILE = 'roi-mask.png';

/**
 * The work behind `trainRun`: split, fit, calibrate, write.
 *
 * @throws ConfigError, DataError, WeightsError, UnsupportedBackendError; nothing is left behind then
 */
export async function fitRun(config: RunConfig, options: TrainOptions): Promise<TrainReport> {
  const spec = findModel(config.model.name);
  const defects = config.defects ?? decode(DefectsConfig, {}, 'defects');
  checkDefectsConfig(defects, 2);
  const tiles = tileRule(config.adaptation.tiling);
  const roiMask = await readRoiMask(defects, '.');
  const params = decode(spec.params, config.model.model_kwargs, 'model.model_kwargs');
  const references = await referencesFor(spec, config.dataset.reference_dir);
  const { fit, calibration, split } = await splitPictures(config);
  const warn = (line: string) => options.progress.warn(line);
  // Made before the fit, so that a strategy that cannot work is refused at once.
  const pixels = new PixelCalibration(defects, { split, roiMask, warn, signal: options.signal });
  const backend = await startRuntime(options.backend, { warn });
  requireBackend(spec, true);
  const used = rememberWeights(options.weights);
  const detector = await spec.create(params, { weights: used });
  const engine = new Engine(detector, scorerFor(detector, references, tiles), warn);
  try {
    const parts = await FitTiles.of(fit, tiles);
    // What is looked at in tiles need not be in memory whole.
    const shown = tiles === null ? fit : fit.map((source) => byRegion(source));
    const source = new PictureFitSource(shown, detector.input, FIT_BATCH, options.signal, references, parts);
    const started = performance.now();
    await detector.fit(source, { seed: config.seed, progress: options.progress, signal: options.signal });
    const fitted = performance.now();
    const hasMaps = spec.outputs.includes('map');
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
    const report: TrainReport = {
      run_dir: options.out,
      infer_config: join(options.out, 'infer_config.json'),
      model: spec.name,
      backend,
      train_count: fit.length,
      calibration_count: calibration.length,
      ...(simulated.size > 0 ? { simulated_count: simulated.size } : {}),
      threshold: found.image.value,
      pixel_threshold: found.pixel?.value ?? null,
      seconds: { fit: seconds(fitted - started), calibrate: seconds(performance.now() - fitted) },
    };
    await writeRunFolder(options.out, async (dir) => {
      const document = {
        spec,
        params,
        config,
        defects,
        roiMask,
        found,
        calibrated: calibration.length,
        hashes: source.pixelHashes,
      };
      await writeDocuments(dir, detector, { ...document, weights: used.resolved, report });
    });
    return report;
  } finally {
    await pixels.dispose();
    await engine.dispose();
  }
}

async function splitPictures(
  config: RunConfig,
): Promise<{ fit: PictureSource[]; calibration: PictureSource[]; split: 'held_out' | 'val' }> {
  const items = await openDataset(config.dataset.root, { seed: config.seed });
  const category = config.dataset.category;
  const normals = items.filter((item) => item.label === 0 && (category === null || item.category === category));
  const train = normals.filter((item) => item.split === 'train').map((item) => item.source);
  const limited = train.slice(0, config.dataset.limit_train ?? train.length);
  const val = normals.filter((item) => item.split === 'val').map((item) => item.source);
  if (limited.length === 0) throw new DataError(`${config.dataset.root}: no good pictures to train on were found`);
  if (val.length > 0) return { fit: limited, calibration: val, split: 'val' };
  const { fit, heldOut } = holdOut(limited, config.calibration.holdout_fraction, config.seed);
  return { fit, calibration: heldOut, split: 'held_out' };
}

interface Documents {
  readonly spec: ModelSpec;
  readonly params: unknown;
  readonly config: RunConfig;
  readonly defects: DefectsConfig;
  readonly roiMask?: RoiMask;
  readonly found: Calibration;
  readonly calibrated: number;
  readonly hashes: readonly string[];
  readonly weights: readonly ResolvedWeights[];
  readonly report: TrainReport;
}

async function writeDocuments(dir: string, detector: Detector, documents: Documents): Promise<void> {
  const modelDir = join(dir, 'model');
  await mkdir(modelDir);
  await detector.save(modelDir);
  const names = (await readdir(modelDir)).sort();
  const files = await Promise.all(names.map(async (path) => ({ path, ...(await hashFile(join(modelDir, path))) })));
  const { spec, params, config, defects, roiMask, found, report } = documents;
  if (roiMask !== undefined) await writeFileWhole(join(dir, ROI_MASK_FILE), await MASK_FORMATS.png.encode(roiMask));
  const inferConfig = InferConfig.encode({
    schema_version: INFER_CONFIG_VERSION,
    imgano_version: packageVersion,
    timestamp_utc: new Date().toISOString(),
    category: config.dataset.category,
    seed: config.seed,
    model: {
      name: spec.name,
      model_kwargs: spec.params.encode(params) as Record<string, unknown>,
      weights: documents.weights.map(({ id, files: used }) => ({
        id,
        files: used.map(({ sha256, bytes }) => ({ sha256, bytes })),
      })),
    },
    checkpoint: { path: 'model', files },
    adaptation: config.adaptation,
    preprocessing: null,
    prediction: config.prediction,
    threshold: found.image.value,
    threshold_provenance: found.image.provenance,
    calibration_scores: [...found.scores],
    picture_hashes: { fit: shortHashes(documents.hashes), calibration: shortHashes(found.hashes) },
    defects: {
      ...defects,
      ...(roiMask === undefined ? {} : { roi_mask_path: ROI_MASK_FILE }),
      pixel_threshold: found.pixel?.value ?? null,
    },
    pixel_threshold_provenance: found.pixel,
    split_fingerprint: {
      schema_version: 1,
      sha256: setHash(documents.hashes),
      train_count: report.train_count,
      calibration_count: documents.calibrated,
      method: 'pixels',
    },
  });
  await writeJson(join(dir, 'infer_config.json'), inferConfig);
  await writeJson(join(dir, 'report.json'), { ...report, config });
  await writeJson(join(dir, 'environment.json'), environmentReport());
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileWhole(path, `${canonicalJson(value, 2)}\n`);
}

/** Passes requests on and keeps what was handed out, so that the config can name the weights that were used. */
function rememberWeights(store: WeightsStore): WeightsStore & { resolved: ResolvedWeights[] } {
  const resolved: ResolvedWeights[] = [];
  const resolve = async (id: string): Promise<ResolvedWeights> => {
    const found = await store.resolve(id);
    resolved.push(found);
    return found;
  };
  return { ...store, resolve, resolved };
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}

import { InferConfig } from '../../config/infer-config.js';
import { ConfigError, DataError } from '../../errors.js';
import { Engine } from '../../inference/engine.js';
import { loadRun } from '../../inference/load-run.js';
import { setHash, shortHash, shortHashes } from '../../inference/pixel-hash.js';
import { readDocument } from '../../inference/read-document.js';
import { PixelCalibration } from '../../inference/thresholds/pixel-calibration.js';
import { scorerFor } from '../../inference/scorer-for.js';
import { tileRuleOf } from '../../inference/tiles/tile-rule-of.js';
import { findModel } from '../../models/registry.js';
import { startRuntime } from '../../runtime/start.js';
import { calibrate, scorePictures, type Calibration } from '../train/calibrate.js';
import { secondShots } from '../train/second-shots.js';
import type { CalibrateOptions, CalibrateReport } from './calibrate-run.js';
import { calibrationPictures } from './calibration-pictures.js';
import { supervisedThreshold } from './supervised-threshold.js';
import { checkPlace, writeCalibrated } from './write-calibrated.js';

/** The work behind `calibrateRun`. */
export async function recalibrate(path: string, options: CalibrateOptions): Promise<CalibrateReport> {
  const { progress, signal, contamination, out } = options;
  const warn = (line: string) => progress.warn(line);
  const supervised = options.rule.rule === 'supervised_f1';
  if (supervised !== (options.anomalies !== undefined)) {
    throw new ConfigError('calibrate: --anomalies and the rule supervised_f1 need each other; give both, or neither');
  }
  const { file } = await readDocument(path);
  await checkPlace(out, file);
  await startRuntime(options.backend, { warn });
  const { references: given, weights } = options;
  // The stored pixel threshold stays while the config is loaded: without one it could be refused.
  const { pixel_threshold: asked, ...defects } = options.defects ?? {};
  const loaded = await loadRun(path, weights, { defects, references: given, warn });
  const { roiMask, detector, references } = loaded;
  const config = withPixelThreshold(loaded.config, asked as number | null | undefined);
  const engine = new Engine(detector, scorerFor(detector, references, tileRuleOf(config)), warn);
  let pixels: PixelCalibration | null = null;
  try {
    if (config.schema_version === 1) {
      throw new ConfigError(
        `${file}: schema_version 1 keeps the thresholds of the Python system; train again to calibrate`,
      );
    }
    const { normals, anomalies, split } = await calibrationPictures(options, config.category);
    const hasMaps = findModel(config.model.name).outputs.includes('map');
    const shared = { hasMaps, progress, signal };
    pixels = new PixelCalibration(config.defects, { split, roiMask, warn, signal });
    const shots = references && { seed: config.seed, onSimulated: (name: string) => warn(simulated(name)) };
    const held = references === null || shots === null ? normals : secondShots(normals, references, shots);
    const rule = {
      ...options.rule,
      rule: options.rule.rule === 'supervised_f1' ? 'quantile' : options.rule.rule,
    } as const;
    const found = await calibrate(engine, held, pixels, {
      ...{ ...shared, rule, contamination, split },
      tiling: config.adaptation.tiling,
    });
    refuseFitted(found.hashes, config, path);
    const bad = await scorePictures(engine, anomalies, { ...shared, hasMaps: false });
    const labelled = setHash([...found.hashes, ...bad.hashes]);
    const image = supervised ? supervisedThreshold(found.scores, bad.scores, labelled) : found.image;
    const hashes = [...found.hashes, ...bad.hashes];
    const written = await writeCalibrated(out, file, calibrated(config, { ...found, image, hashes }));
    return {
      infer_config: written,
      rule: image.provenance.method,
      calibration_count: found.scores.length,
      anomalous_count: bad.scores.length,
      threshold: image.value,
      threshold_before: config.threshold,
      pixel_threshold: found.pixel?.value ?? null,
      pixel_threshold_before: loaded.config.defects.pixel_threshold,
    };
  } finally {
    await pixels?.dispose();
    await engine.dispose();
  }
}

/** @param asked null finds it anew, undefined keeps it */
function withPixelThreshold(config: InferConfig, asked: number | null | undefined): InferConfig {
  return asked === undefined ? config : { ...config, defects: { ...config.defects, pixel_threshold: asked } };
}

function calibrated(config: InferConfig, found: Calibration): InferConfig {
  const { operator_contract: _operator, postprocess: _postprocess, artifact_quality: _quality, ...kept } = config;
  return InferConfig.encode({
    ...kept,
    threshold: found.image.value,
    threshold_provenance: found.image.provenance,
    calibration_scores: [...found.scores],
    picture_hashes: { fit: config.picture_hashes?.fit ?? [], calibration: shortHashes(found.hashes) },
    defects: { ...config.defects, pixel_threshold: found.pixel?.value ?? null },
    pixel_threshold_provenance: found.pixel,
    ...(config.split_fingerprint
      ? { split_fingerprint: { ...config.split_fingerprint, calibration_count: found.scores.length } }
      : {}),
  });
}

/** On pictures that it was fitted on a model scores low, and so would be the threshold. */
function refuseFitted(hashes: readonly string[], config: InferConfig, path: string): void {
  const fitted = new Set(config.picture_hashes?.fit ?? []);
  const again = hashes.filter((hash) => fitted.has(shortHash(hash))).length;
  if (again === 0) return;
  throw new DataError(
    `${path}: ${again} of the ${hashes.length} calibration pictures were fitted on, so that the thresholds would be too low; give other good pictures`,
  );
}

function simulated(name: string): string {
  return `${name}: is its own reference, so that a simulated second shot stands in for it`;
}

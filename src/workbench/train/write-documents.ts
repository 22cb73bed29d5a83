import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DefectsConfig } from '../../config/defects.js';
import { INFER_CONFIG_VERSION, InferConfig } from '../../config/infer-config.js';
import type { RunConfig } from '../../config/run-config.js';
import { writeFileWhole } from '../../data/write-whole.js';
import type { RoiMask } from '../../defects/roi.js';
import { hashFile } from '../../inference/hash-file.js';
import { setHash, shortHashes } from '../../inference/pixel-hash.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import { MASK_FORMATS } from '../../inference/sinks/mask-formats.js';
import type { Detector } from '../../models/detector.js';
import type { ModelSpec } from '../../models/spec.js';
import type { ResolvedWeights } from '../../models/weights-store.js';
import { environmentReport } from '../../runtime/environment-report.js';
import { packageVersion } from '../../runtime/package-version.js';
import type { Calibration } from './calibrate.js';
import type { TrainReport } from './train-run.js';

/** The region of interest goes with the run: a path of the training machine means nothing elsewhere. */
const ROI_MASK_FILE = 'roi-mask.png';

/** What a fit and its calibration gave, for the documents of a run folder. */
export interface Documents {
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

/** Writes the documents of a run and its model into a folder. */
export async function writeDocuments(dir: string, detector: Detector, documents: Documents): Promise<void> {
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

/** @param value plain JSON data */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileWhole(path, `${canonicalJson(value, 2)}\n`);
}

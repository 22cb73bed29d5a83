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
import { contractsOf } from './contracts.js';
import { RUN_FILES } from './run-files.js';

/** What a fit and its calibration gave, for the documents of a run folder. */
export interface Documents {
  readonly spec: ModelSpec;
  readonly params: unknown;
  /** Borrowed. */
  readonly detector: Detector;
  readonly weights: readonly ResolvedWeights[];
  /** Of the pictures that were fitted on. */
  readonly hashes: readonly string[];
  /** Of labelled defects and of other pictures that were learned from. */
  readonly taughtHashes: readonly string[];
  readonly config: RunConfig;
  readonly defects: DefectsConfig;
  readonly roiMask?: RoiMask;
  readonly found: Calibration;
  readonly calibrated: number;
  readonly tested: number;
  /** Whether the config also holds the contracts for the people at the line. */
  readonly contracts: boolean;
}

/**
 * Writes everything that runs, and where it was made: the model, `infer_config.json`, and `environment.json`.
 *
 * @param dir an empty folder
 * @returns the config as it was written
 */
export async function writeDocuments(dir: string, documents: Documents): Promise<InferConfig> {
  const { roiMask } = documents;
  const modelDir = join(dir, RUN_FILES.model);
  await mkdir(modelDir);
  await documents.detector.save(modelDir);
  const names = (await readdir(modelDir)).sort();
  const files = await Promise.all(names.map(async (path) => ({ path, ...(await hashFile(join(modelDir, path))) })));
  if (roiMask !== undefined) await writeFileWhole(join(dir, RUN_FILES.roiMask), await MASK_FORMATS.png.encode(roiMask));
  const plain = InferConfig.encode(inferConfigOf(documents, files));
  const contracts = documents.contracts ? contractsOf(plain) : null;
  const inferConfig = contracts === null ? plain : InferConfig.encode({ ...plain, ...contracts });
  await writeJson(join(dir, RUN_FILES.inferConfig), inferConfig);
  if (contracts !== null) await writeJson(join(dir, RUN_FILES.operatorContract), contracts.operator_contract);
  await writeJson(join(dir, RUN_FILES.environment), await environmentReport());
  return inferConfig;
}

/** @param value plain JSON data */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileWhole(path, `${canonicalJson(value, 2)}\n`);
}

function inferConfigOf(documents: Documents, files: NonNullable<InferConfig['checkpoint']>['files']): InferConfig {
  const { spec, params, config, defects, roiMask, found, hashes } = documents;
  return {
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
    checkpoint: { path: RUN_FILES.model, files },
    adaptation: config.adaptation,
    preprocessing: null,
    prediction: config.prediction,
    threshold: found.image.value,
    threshold_provenance: found.image.provenance,
    calibration_scores: [...found.scores],
    picture_hashes: {
      fit: shortHashes([...hashes, ...documents.taughtHashes]),
      calibration: shortHashes(found.hashes),
    },
    defects: {
      ...defects,
      ...(roiMask === undefined ? {} : { roi_mask_path: RUN_FILES.roiMask }),
      pixel_threshold: found.pixel?.value ?? null,
    },
    pixel_threshold_provenance: found.pixel,
    split_fingerprint: {
      schema_version: 1,
      sha256: setHash(hashes),
      train_count: hashes.length,
      calibration_count: documents.calibrated,
      ...(documents.tested > 0 ? { test_count: documents.tested } : {}),
      method: 'pixels',
    },
  };
}

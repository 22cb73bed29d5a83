import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { decode } from '../config/codec.js';
import { findingLine, type Finding } from '../config/finding.js';
import type { InferConfig } from '../config/infer-config.js';
import { readInferConfig } from '../config/read-infer-config.js';
import { overlay } from '../config/overlay.js';
import type { PredictionPolicy } from '../config/prediction.js';
import type { References } from '../data/references.js';
import type { RoiMask } from '../defects/roi.js';
import { ConfigError, DataError, WeightsError } from '../errors.js';
import type { Detector } from '../models/detector.js';
import { findModel } from '../models/registry.js';
import { requireBackend } from '../models/require-backend.js';
import type { WeightsStore } from '../models/weights-store.js';
import { ampLine } from './amp-line.js';
import { documentFindings } from './checks/document-findings.js';
import { findCheckpoint } from './checks/find-checkpoint.js';
import { hashFile } from './hash-file.js';
import { readDocument } from './read-document.js';
import { referencesFor } from './references-for.js';
import { readRoiMask } from './roi-mask.js';
import { TILING_CHANGED, tilingChanged } from './tiles/tiling-changed.js';

export interface LoadedRun {
  /** With the keys from outside laid over it. */
  readonly config: InferConfig;
  /** The picture of `defects.roi_mask_path`, if there is one. */
  readonly roiMask?: RoiMask;
  readonly detector: Detector;
  /** What every picture is compared with; null for a model that needs none. */
  readonly references: References | null;
}

export interface LoadOptions {
  /** Keys that beat those of the document's `defects` section. */
  readonly defects?: Record<string, unknown>;
  /** Keys that beat those of its `prediction` section. */
  readonly prediction?: Partial<PredictionPolicy>;
  /** Keys that beat those of `adaptation.tiling`. */
  readonly tiling?: Record<string, unknown>;
  /** Where references lie, instead of where the document says. */
  readonly references?: string;
  /** For a document of several categories. */
  readonly category?: string;
  /** The network in bfloat16 where the machine can; what becomes of it is told to `warn`. */
  readonly amp?: boolean;
  readonly warn?: (line: string) => void;
}

/**
 * Reads an `infer_config.json`, checks every file that it names, and loads its model.
 *
 * @param path the document, or the run folder that holds it
 * @throws ConfigError, WeightsError, DataError, UnsupportedBackendError: nothing is loaded half
 */
export async function loadRun(
  path: string,
  weights: WeightsStore,
  { defects, prediction, tiling, references: given, category, amp = false, warn = () => {} }: LoadOptions = {},
): Promise<LoadedRun> {
  const { file, value, findings: trouble } = await readDocument(path);
  settle(trouble, file, warn);
  const read = readInferConfig(value, { defects, prediction, tiling, category });
  const found = [
    ...read.findings,
    ...(read.config === undefined
      ? []
      : documentFindings(read.config, [defects, prediction, tiling].some(holdsAnything))),
  ];
  settle(found, file, warn);
  const config = read.config as InferConfig;
  if (tilingChanged(value, config)) warn(TILING_CHANGED);
  const roiMask = await readRoiMask(config.defects, dirname(file));
  const spec = findModel(config.model.name);
  requireBackend(spec, false);
  const stored = config.reference_dir && resolve(dirname(file), config.reference_dir);
  const references = await referencesFor(spec, given ?? stored ?? null);
  const params = decode(spec.params, config.model.model_kwargs, `${file}: model.model_kwargs`);
  await checkWeights(config, weights, file);
  const { folder, findings } = await findCheckpoint(config, spec, file);
  settle(findings, file, warn);
  const files = config.checkpoint?.files ?? [];
  if (folder !== null) for (const expected of files) await checkFile(join(folder, expected.path), expected);
  let why: string | null = null;
  const wish = amp ? { precision: 'bfloat16' as const, onFloat32: (reason: string) => (why = reason) } : {};
  const detector = await spec.create(params, { weights, ...wish });
  if (amp) warn(ampLine(detector, spec.name, why));
  try {
    if (folder === null) detector.startUntrained?.();
    else await detector.load(folder);
  } catch (error) {
    detector.dispose();
    throw error;
  }
  // What an old config does not say about its model goes into the digest of the run all the same.
  const named = folder === null || files.length > 0 ? config : await withFiles(config, folder);
  return { config: named, roiMask, detector, references };
}

function holdsAnything(over: object | undefined): boolean {
  return overlay(undefined, over) !== undefined;
}

/** Refuses errors, all of them at once, and tells warnings. */
function settle(findings: readonly Finding[], file: string, warn: (line: string) => void): void {
  const lines = findings.filter(({ severity }) => severity === 'error').map((finding) => findingLine(file, finding));
  if (lines.length > 0) throw new ConfigError(lines.join('\n'), lines);
  findings.forEach((finding) => warn(findingLine(file, finding)));
}

async function withFiles(config: InferConfig, folder: string): Promise<InferConfig> {
  const names = (await readdir(folder)).sort();
  const files = await Promise.all(names.map(async (path) => ({ path, ...(await hashFile(join(folder, path))) })));
  return { ...config, checkpoint: { path: config.checkpoint?.path ?? '', files } };
}

async function checkWeights(config: InferConfig, weights: WeightsStore, file: string): Promise<void> {
  for (const reference of config.model.weights) {
    const found = await weights.resolve(reference.id);
    const want = reference.files.map((f) => f.sha256).join(' ');
    const have = found.files.map((f) => f.sha256).join(' ');
    if (want !== have) {
      throw new WeightsError(
        `${file}: the model was trained on weights "${reference.id}" with sha256 ${want}, but this machine has ${have}; restore the same files`,
      );
    }
  }
}

async function checkFile(path: string, expected: { sha256: string; bytes: number }): Promise<void> {
  const found = await hashFile(path).catch((error: Error) => {
    throw new DataError(`${path}: the model file cannot be read (${error.message})`, { cause: error });
  });
  if (found.sha256 !== expected.sha256) {
    throw new DataError(
      `${path}: the model file was altered: expected sha256 ${expected.sha256}, got ${found.sha256}; copy the run again`,
    );
  }
}

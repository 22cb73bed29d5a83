import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { decode } from '../config/codec.js';
import { decodeInferConfig, type InferConfig } from '../config/infer-config.js';
import { layDefects } from '../config/lay-defects.js';
import type { References } from '../data/references.js';
import type { RoiMask } from '../defects/roi.js';
import { ConfigError, DataError, WeightsError } from '../errors.js';
import type { Detector } from '../models/detector.js';
import { findModel } from '../models/registry.js';
import { requireBackend } from '../models/require-backend.js';
import type { WeightsStore } from '../models/weights-store.js';
import { referencesFor } from './references-for.js';
import { readRoiMask } from './roi-mask.js';

export interface LoadedRun {
  /** With the keys from outside laid over it. */
  readonly config: InferConfig;
  /** The picture of `defects.roi_mask_path`, if there is one. */
  readonly roiMask?: RoiMask;
  readonly detector: Detector;
  /** What every picture is compared with; null for a model that needs none. */
  readonly references: References | null;
}

/**
 * Reads an `infer_config.json`, checks every file that it names, and loads its model.
 *
 * @param path the document, or the run folder that holds it
 * @param options `defects`: keys that beat those of the document's `defects` section; `references`: where they lie, instead of where
 *   the document says
 * @throws ConfigError, WeightsError, DataError, UnsupportedBackendError: nothing is loaded half
 */
export async function loadRun(
  path: string,
  weights: WeightsStore,
  { defects, references: given }: { defects?: Record<string, unknown>; references?: string } = {},
): Promise<LoadedRun> {
  const file = await configFile(path);
  const config = decodeInferConfig(withDefects(await readJson(file), defects), file);
  const roiMask = await readRoiMask(config.defects, dirname(file));
  const spec = findModel(config.model.name);
  requireBackend(spec, false);
  const stored = config.reference_dir && resolve(dirname(file), config.reference_dir);
  const references = await referencesFor(spec, given ?? stored ?? null);
  const params = decode(spec.params, config.model.model_kwargs, `${file}: model.model_kwargs`);
  await checkWeights(config, weights, file);
  const modelDir = resolve(dirname(file), config.checkpoint.path);
  for (const expected of config.checkpoint.files) {
    await checkFile(join(modelDir, expected.path), expected);
  }
  const detector = await spec.create(params, { weights });
  try {
    await detector.load(modelDir);
  } catch (error) {
    detector.dispose();
    throw error;
  }
  return { config, roiMask, detector, references };
}

/** sha256 and length of a file, read as a stream. */
export async function hashFile(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      hash.update(chunk);
    }
  });
  return { sha256: hash.digest('hex'), bytes };
}

async function configFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found === null) {
    throw new ConfigError(`${path}: there is no such file; give the infer_config.json of a run, or the run's folder`);
  }
  return found.isDirectory() ? join(path, 'infer_config.json') : path;
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new ConfigError(`${file}: cannot be read (${error.message})`, undefined, { cause: error });
  });
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ConfigError(`${file}: is not valid JSON (${(error as Error).message})`, undefined, { cause: error });
  }
}

/** A pixel threshold from outside is no longer the calibrated one, and the provenance has to say so. */
function withDefects(document: unknown, over: Record<string, unknown> | undefined): unknown {
  if (typeof document !== 'object' || document === null) return document;
  const value = over?.pixel_threshold;
  const given = typeof value === 'number' ? { method: 'fixed', source: 'explicit', value } : undefined;
  return {
    ...document,
    defects: layDefects((document as Record<string, unknown>).defects, over),
    ...(given === undefined ? {} : { pixel_threshold_provenance: given }),
  };
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

import { readdir, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { error, PYTHON_CHECKPOINT, TRAIN_AGAIN, warning, type Finding } from '../../config/finding.js';
import type { InferConfig } from '../../config/infer-config.js';
import type { ModelSpec } from '../../models/spec.js';

export interface FoundCheckpoint {
  /** The folder of the model; null for one that learns nothing, and where there is an error. */
  readonly folder: string | null;
  readonly findings: readonly Finding[];
}

/**
 * Where the trained model of a config lies. An old config may name its folder as the Python system does: absolute, beside the document, or
 * beside the document's folder.
 *
 * @param file the document
 */
export async function findCheckpoint(config: InferConfig, spec: ModelSpec, file: string): Promise<FoundCheckpoint> {
  const { checkpoint } = config;
  if (checkpoint === null) {
    if (spec.needs.references === true) return { folder: null, findings: [] };
    const message = `model "${spec.name}" learns from good pictures, but the config names no checkpoint`;
    return failed(error('CHECKPOINT_NEEDED', 'checkpoint', message, TRAIN_AGAIN));
  }
  const beside = dirname(resolve(file));
  if (config.schema_version !== 1) return { folder: resolve(beside, checkpoint.path), findings: [] };
  const tried = isAbsolute(checkpoint.path)
    ? [checkpoint.path]
    : [join(beside, checkpoint.path), join(dirname(beside), checkpoint.path)];
  for (const path of tried) {
    const found = await stat(path).catch(() => null);
    if (found === null) continue;
    const names = found.isDirectory() ? await readdir(path) : [];
    if (!names.includes('model.json')) {
      return failed(error('PYTHON_CHECKPOINT', 'checkpoint.path', `${path} is ${PYTHON_CHECKPOINT}`, TRAIN_AGAIN));
    }
    const message =
      'the config has no sha256 of the model files, so that nobody can tell whether they are the right ones';
    return { folder: path, findings: [warning('CHECKPOINT_UNVERIFIED', 'checkpoint', message, TRAIN_AGAIN)] };
  }
  const message = `the checkpoint was not found; tried ${tried.join(' and ')}`;
  return failed(error('CHECKPOINT_MISSING', 'checkpoint.path', message, `put it there, or ${TRAIN_AGAIN}`));
}

function failed(finding: Finding): FoundCheckpoint {
  return { folder: null, findings: [finding] };
}

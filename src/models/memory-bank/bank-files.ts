import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, Integer, oneOf, PositiveInteger, refine, strict, t } from '../../config/codec.js';
import { WeightsError } from '../../errors.js';
import { readModelDocument } from '../read-model-document.js';
import { paramsToStore, requireStoredParams } from '../stored-params.js';
import { loadTensors, saveTensors } from '../tensor-file.js';
import type { PatchcoreParams } from './patchcore-params.js';

const MODEL_FILE = 'model.json';
const TENSOR_FILE = 'bank.safetensors';

/** The parameters that decide what a row of the bank means; a bank fits no others. */
const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'patch_size',
  'patch_padding',
  'layer_dim',
  'feature_dim',
  'projection_dim',
  'projection',
] as const;

const ModelDocument = strict('ModelDocument', {
  schema_version: refine('schema version 1', t.number, (n) => n === 1),
  model: oneOf(['vision_patchcore']),
  seed: Integer,
  features: t.UnknownRecord,
  bank: strict('Bank', { rows: PositiveInteger, width: PositiveInteger }),
});

/** A memory bank on the host. */
export interface Bank {
  readonly seed: number;
  /** `width` values a row */
  readonly rows: Float32Array;
  readonly width: number;
}

/** Writes `model.json` and the bank (float32) into an existing folder. */
export async function saveBank(dir: string, bank: Bank & { params: PatchcoreParams }): Promise<void> {
  const { params, seed, rows, width } = bank;
  const shape = [rows.length / width, width];
  await saveTensors(join(dir, TENSOR_FILE), { bank: { shape, data: rows } });
  const document = {
    schema_version: 1,
    model: 'vision_patchcore',
    seed,
    features: paramsToStore(params, FEATURE_KEYS),
    bank: { rows: shape[0], width },
  };
  await writeFile(join(dir, MODEL_FILE), `${JSON.stringify(document, null, 2)}\n`);
}

/**
 * Reads what `saveBank` wrote.
 *
 * @param params what the model was made with; must agree with the bank wherever it decides what a row means
 * @throws WeightsError when a file is missing or altered; ConfigError when the parameters are not those of the bank
 */
export async function loadBank(dir: string, params: PatchcoreParams): Promise<Bank> {
  const path = join(dir, MODEL_FILE);
  const document = decode(ModelDocument, await readModelDocument(path), path);
  requireStoredParams(path, document.features, params, FEATURE_KEYS);
  const { bank } = await loadTensors(join(dir, TENSOR_FILE));
  const { rows, width } = document.bank;
  if (bank === undefined || bank.shape.join() !== `${rows},${width}` || !(bank.data instanceof Float32Array)) {
    throw new WeightsError(`${join(dir, TENSOR_FILE)}: expected a float32 tensor "bank" of shape [${rows}, ${width}]`);
  }
  return { seed: document.seed, rows: bank.data, width };
}

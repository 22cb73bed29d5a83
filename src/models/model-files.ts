import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, Integer, oneOf, refine, strict, t } from '../config/codec.js';
import { WeightsError } from '../errors.js';
import { tf, type Tensor } from '../runtime/tf.js';
import { readModelDocument } from './read-model-document.js';
import { paramsToStore, requireStoredParams } from './stored-params.js';
import { loadTensors, saveTensors } from './tensor-file.js';

const MODEL_FILE = 'model.json';
const TENSOR_FILE = 'model.safetensors';

const modelDocument = (name: string) =>
  strict('ModelDocument', {
    schema_version: refine('schema version 1', t.number, (n) => n === 1),
    model: oneOf([name]),
    seed: Integer,
    features: t.UnknownRecord,
  });

/** Whose model it is. */
export interface ModelOwner<P extends object> {
  /** The registry's name of the detector. */
  readonly name: string;
  readonly params: P;
  /** The parameters that decide what the learned values mean. */
  readonly featureKeys: readonly (keyof P & string)[];
}

export interface StoredModel {
  readonly seed: number;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** Writes `model.json` and the tensors (float32) into an existing folder. */
export async function saveModel<P extends object>(dir: string, owner: ModelOwner<P>, model: StoredModel) {
  const entries = Object.entries(model.tensors).map(
    async ([name, tensor]) => [name, { shape: tensor.shape, data: (await tensor.data()) as Float32Array }] as const,
  );
  await saveTensors(join(dir, TENSOR_FILE), Object.fromEntries(await Promise.all(entries)));
  const document = {
    schema_version: 1,
    model: owner.name,
    seed: model.seed,
    features: paramsToStore(owner.params, owner.featureKeys),
  };
  await writeFile(join(dir, MODEL_FILE), `${JSON.stringify(document, null, 2)}\n`);
}

/**
 * Reads what `saveModel` wrote.
 *
 * @param owner its parameters must agree with the files wherever they decide what the values mean
 * @returns tensors owned by the caller
 * @throws WeightsError when a file is missing or altered; ConfigError when the parameters are not those of the fit
 */
export async function loadModel<P extends object>(dir: string, owner: ModelOwner<P>): Promise<StoredModel> {
  const path = join(dir, MODEL_FILE);
  const document = decode(modelDocument(owner.name), await readModelDocument(path), path);
  requireStoredParams(path, document.features, owner.params, owner.featureKeys);
  const stored = await loadTensors(join(dir, TENSOR_FILE));
  for (const [name, { data }] of Object.entries(stored)) {
    if (data instanceof Float32Array && data.every(Number.isFinite)) continue;
    throw new WeightsError(`${join(dir, TENSOR_FILE)}: expected finite float32 values in "${name}"; train again`);
  }
  const entries = Object.entries(stored).map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])] as const);
  return { seed: document.seed, tensors: Object.fromEntries(entries) };
}

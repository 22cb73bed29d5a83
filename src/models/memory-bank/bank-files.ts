import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, Integer, oneOf, PositiveInteger, refine, strict, t } from '../../config/codec.js';
import { WeightsError } from '../../errors.js';
import { readModelDocument } from '../read-model-document.js';
import { paramsToStore, requireStoredParams } from '../stored-params.js';
import { loadTensors, saveTensors, type NamedTensor } from '../tensor-file.js';

const MODEL_FILE = 'model.json';
const TENSOR_FILE = 'bank.safetensors';
const ROWS = 'bank';

const modelDocument = (name: string) =>
  strict('ModelDocument', {
    schema_version: refine('schema version 1', t.number, (n) => n === 1),
    model: oneOf([name]),
    seed: Integer,
    features: t.UnknownRecord,
    bank: strict('Bank', { rows: PositiveInteger, width: PositiveInteger }),
  });

/** A memory bank on the host. */
export interface StoredBank {
  readonly seed: number;
  /** `width` values a row */
  readonly rows: Float32Array;
  readonly width: number;
  /** How the rows are stored. */
  readonly dtype: 'float32' | 'float16';
  /** Further values, one a row. */
  readonly columns: Readonly<Record<string, Float32Array>>;
}

/** Whose bank it is. */
export interface BankOwner<P extends object> {
  /** The registry's name of the detector. */
  readonly name: string;
  readonly params: P;
  /** The parameters that decide what a row means. */
  readonly featureKeys: readonly (keyof P & string)[];
}

/** Writes `model.json` and the bank into an existing folder. */
export async function saveBank<P extends object>(dir: string, owner: BankOwner<P>, bank: StoredBank): Promise<void> {
  const { seed, rows, width, dtype, columns } = bank;
  const count = rows.length / width;
  const further = Object.entries(columns).map(([name, data]) => [name, { shape: [count], data }] as const);
  await saveTensors(join(dir, TENSOR_FILE), {
    ...Object.fromEntries(further),
    [ROWS]: { shape: [count, width], data: rows, half: dtype === 'float16' },
  });
  const document = {
    schema_version: 1,
    model: owner.name,
    seed,
    features: paramsToStore(owner.params, owner.featureKeys),
    bank: { rows: count, width },
  };
  await writeFile(join(dir, MODEL_FILE), `${JSON.stringify(document, null, 2)}\n`);
}

/**
 * Reads what `saveBank` wrote.
 *
 * @param owner the parameters must agree with the bank wherever they decide what a row means
 * @throws WeightsError when a file is missing or altered; ConfigError when the parameters are not those of the bank
 */
export async function loadBank<P extends object>(dir: string, owner: BankOwner<P>): Promise<StoredBank> {
  const path = join(dir, MODEL_FILE);
  const document = decode(modelDocument(owner.name), await readModelDocument(path), path);
  requireStoredParams(path, document.features, owner.params, owner.featureKeys);
  const { [ROWS]: bank, ...further } = await loadTensors(join(dir, TENSOR_FILE));
  const { rows, width } = document.bank;
  const file = join(dir, TENSOR_FILE);
  const columns = Object.entries(further).map(([name, column]) => [name, floats(file, name, column, [rows])]);
  return {
    seed: document.seed,
    rows: floats(file, ROWS, bank, [rows, width]),
    width,
    dtype: bank?.half === true ? 'float16' : 'float32',
    columns: Object.fromEntries(columns) as Record<string, Float32Array>,
  };
}

function floats(file: string, name: string, tensor: NamedTensor | undefined, shape: readonly number[]): Float32Array {
  if (tensor?.shape.join() === shape.join() && tensor.data instanceof Float32Array) return tensor.data;
  throw new WeightsError(`${file}: expected a float32 tensor "${name}" of shape [${shape.join(', ')}]`);
}

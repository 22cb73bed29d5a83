import { endianness } from 'node:os';
import { WeightsError } from '../../errors.js';
import { zipMembers, type ZipMember } from '../../formats/zip-members.js';
import type { ResolvedFile } from '../weights-store.js';
import { decodeValues } from './decode-values.js';
import { npzTensors } from './npz-tensors.js';
import { quoted } from './quoted.js';
import { parseTensorHeader } from './tensor-header.js';

const TYPES = ['F32', 'F16', 'BF16', 'F64', 'I32', 'I64'] as const;

/** Old protocols have no mark at the beginning, and a damaged file has lost it: what is not read goes by its name. */
const PICKLE_NAME = /\.(pth|pt|ckpt|pkl|bin)$/i;

/** A tensor of a checkpoint. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The values as float32, decoded anew at every call, so that a checkpoint is never held twice. */
  values(): Float32Array;
}

/** What a checkpoint file holds, by name. */
export interface Checkpoint {
  /** Of the file, for messages. */
  readonly path: string;
  /** What the file is, whatever it is called. */
  readonly format: 'safetensors' | 'npz';
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * Reads a checkpoint from verified bytes: safetensors (F32, F16, BF16, F64, I32, I64) or `.npz`. What a file claims is checked before
 * anything is allocated: limits, duplicate names, types, and values that are in bounds, without overlap or gap, up to the last byte. A
 * pickle is never opened.
 *
 * @throws WeightsError with the first thing that is wrong; for a pickle, with the conversion that a user does once
 */
export async function readCheckpoint(file: Pick<ResolvedFile, 'path' | 'read'>): Promise<Checkpoint> {
  if (endianness() !== 'LE') throw new WeightsError('checkpoints are little-endian, and this machine is not');
  const bytes = await file.read();
  const { path } = file;
  // What a zip archive and a pickle begin with are also lengths that a header may have, and a header begins with a brace.
  const isHeader = bytes[8] === 0x7b;
  const npz = !isHeader && bytes[0] === 0x50 && bytes[1] === 0x4b;
  const beginsAsPickle = bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
  if (!isHeader && !npz && (beginsAsPickle || PICKLE_NAME.test(path))) throw pickle(path);
  const tensors = npz ? npzTensors(path, arraysOf(path, bytes)) : await safetensors(path, bytes);
  return {
    path,
    format: npz ? 'npz' : 'safetensors',
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
  };
}

async function safetensors(path: string, bytes: Uint8Array): Promise<StoredTensor[]> {
  const { entries, dataStart } = await parseTensorHeader(path, TYPES, bytes.length, (position, length) =>
    Promise.resolve(bytes.subarray(position, position + length)),
  );
  return entries.map(({ name, shape, dtype, begin, end }) => ({
    name,
    shape,
    values: () => decodeValues(dtype, bytes.subarray(dataStart + begin, dataStart + end)),
  }));
}

/** A `.pth` is a zip archive with a pickle inside, an `.npz` one of arrays. */
function arraysOf(path: string, bytes: Uint8Array): ZipMember[] {
  const members = zipMembers(bytes, (what) => {
    if (!/\.npz$/i.test(path)) throw pickle(path);
    throw new WeightsError(`${path}: this is no .npz file: ${what}; get the original again`);
  });
  const other = members.find(({ name }) => !name.endsWith('.npy'));
  if (other === undefined) return members;
  if (members.some(({ name }) => name.endsWith('.pkl'))) throw pickle(path);
  throw new WeightsError(
    `${path}: expected safetensors or .npz, got a ZIP archive that holds ${quoted(other.name)}, which is no array`,
  );
}

/** It can run code when it is opened. */
function pickle(path: string): WeightsError {
  return new WeightsError(
    `${path}: this is a pickle (.pth, .pt, .ckpt, .pkl, .bin), which is never opened; convert it once with: ` +
      `python -c "import sys, torch; from safetensors.torch import save_file; d = torch.load(sys.argv[1], map_location='cpu', weights_only=True); ` +
      `d = d.get('state_dict', d); save_file({k: v.contiguous() for k, v in d.items()}, sys.argv[2])" IN.pth OUT.safetensors`,
  );
}

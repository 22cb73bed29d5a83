import { endianness } from 'node:os';
import { WeightsError } from '../../errors.js';
import type { ResolvedFile } from '../weights-store.js';
import { fromBfloat16, fromHalf } from './half-floats.js';
import { parseTensorHeader, type TensorEntry } from './tensor-header.js';

const TYPES = ['F32', 'F16', 'BF16', 'F64', 'I32', 'I64'] as const;

/** A tensor of a checkpoint. */
interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The values as float32, decoded anew at every call, so that a checkpoint is never held twice. */
  values(): Float32Array;
}

/** What a checkpoint file holds, by name. */
export interface Checkpoint {
  /** Of the file, for messages. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * Reads a safetensors checkpoint (F32, F16, BF16, F64, I32, I64) from verified bytes. The header is checked first: limits, duplicate
 * names, types, and values that are in bounds, without overlap or gap, up to the last byte. A pickle is never opened.
 *
 * @throws WeightsError with the first thing that is wrong; for a pickle, with the conversion that a user does once
 */
export async function readCheckpoint(file: Pick<ResolvedFile, 'path' | 'read'>): Promise<Checkpoint> {
  if (endianness() !== 'LE') throw new WeightsError('checkpoints are little-endian, and this machine is not');
  const bytes = await file.read();
  refusePickle(file.path, bytes);
  const header = await parseTensorHeader(file.path, TYPES, bytes.length, (position, length) =>
    Promise.resolve(bytes.subarray(position, position + length)),
  );
  const tensors = header.entries.map((entry): [string, StoredTensor] => [
    entry.name,
    { name: entry.name, shape: entry.shape, values: () => decode(entry, bytes, header.dataStart) },
  ]);
  return { path: file.path, tensors: new Map(tensors) };
}

function decode(entry: TensorEntry, bytes: Uint8Array, dataStart: number): Float32Array {
  // A copy starts at 0, so that it is aligned whatever the header's length is.
  const { buffer } = bytes.slice(dataStart + entry.begin, dataStart + entry.end);
  switch (entry.dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F16':
      return fromHalf(new Uint16Array(buffer));
    case 'BF16':
      return fromBfloat16(new Uint16Array(buffer));
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'I32':
      return Float32Array.from(new Int32Array(buffer));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
  }
}

/** A `.pth` is a zip archive with a pickle inside, or a bare pickle; both can run code when they are opened. */
function refusePickle(path: string, bytes: Uint8Array): void {
  const [first, second] = bytes;
  const zip = first === 0x50 && second === 0x4b;
  const pickle = first === 0x80 && second >= 2 && second <= 5;
  // Both beginnings are also lengths that a header may have, and a header begins with a brace.
  if ((!zip && !pickle) || bytes[8] === 0x7b) return;
  throw new WeightsError(
    `${path}: this is a pickle (.pth, .pt, .bin), which is never opened; convert it once with: ` +
      `python -c "import sys, torch; from safetensors.torch import save_file; d = torch.load(sys.argv[1], map_location='cpu', weights_only=True); ` +
      `d = d.get('state_dict', d); save_file({k: v.contiguous() for k, v in d.items()}, sys.argv[2])" IN.pth OUT.safetensors`,
  );
}

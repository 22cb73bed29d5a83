import { WeightsError } from '../../errors.js';
import { parseNpyHeader, type NpyHeader } from '../../formats/npy-header.js';
import { rowMajor } from '../../formats/row-major.js';
import type { ZipMember } from '../../formats/zip-members.js';
import type { StoredTensor } from './checkpoint.js';
import { decodeValues } from './decode-values.js';
import { quoted } from './quoted.js';
import { TYPE_BYTES, type TensorType } from './tensor-header.js';

const TYPES: Readonly<Record<string, TensorType>> = {
  '<f2': 'F16',
  '<f4': 'F32',
  '<f8': 'F64',
  '<i4': 'I32',
  '<i8': 'I64',
};

/**
 * The arrays of an `.npz` archive (`numpy.savez(FILE, **tensors)`), in either order of their indices.
 *
 * @param path of the archive, for messages
 * @throws WeightsError with the first array that cannot be read
 */
export function npzTensors(path: string, members: readonly ZipMember[]): StoredTensor[] {
  return members.map((member) => {
    const name = member.name.replace(/\.npy$/, '');
    // Arrays are unpacked one at a time, and again when their values are asked for: a checkpoint is never held twice.
    const { shape } = openArray(path, name, member.read());
    return { name, shape, values: () => valuesOf(openArray(path, name, member.read())) };
  });
}

interface OpenArray extends NpyHeader {
  readonly type: TensorType;
  readonly bytes: Uint8Array;
}

function openArray(path: string, name: string, file: Uint8Array): OpenArray {
  const fail = (what: string): never => {
    throw new WeightsError(`${path}: array ${quoted(name)}: ${what}; save the checkpoint with numpy.savez again`);
  };
  const header = parseNpyHeader(file, fail);
  const type = Object.hasOwn(TYPES, header.descr) ? TYPES[header.descr] : null;
  if (header.descr === '|O') return fail('it holds Python objects, which is a pickle and never opened');
  if (type === null) return fail(`expected the type ${Object.keys(TYPES).join(', ')}, got ${quoted(header.descr)}`);
  const bytes = file.subarray(header.start);
  const expected = header.count * TYPE_BYTES[type];
  if (bytes.length === expected) return { ...header, type, bytes };
  return fail(`shape (${header.shape.join(', ')}) needs ${expected} bytes, but has ${bytes.length}`);
}

function valuesOf({ type, bytes, fortran, shape }: OpenArray): Float32Array {
  const values = decodeValues(type, bytes);
  return fortran ? rowMajor(values, shape) : values;
}

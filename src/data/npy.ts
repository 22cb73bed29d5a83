import { endianness } from 'node:os';
import { DataError, ShapeError } from '../errors.js';
import { parseNpyHeader } from '../formats/npy-header.js';
import { rowMajor } from '../formats/row-major.js';

const types = {
  '|u1': Uint8Array,
  '|i1': Int8Array,
  '<u2': Uint16Array,
  '<i2': Int16Array,
  '<u4': Uint32Array,
  '<i4': Int32Array,
  '<f4': Float32Array,
  '<f8': Float64Array,
} as const;

export type NpyData =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** An array of numpy, in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: NpyData;
}

const MAGIC = '\x93NUMPY';

/**
 * The bytes of a `.npy` file, version 1.0 (numpy.lib.format). The type is that of the array.
 *
 * @throws ShapeError when the length of the data does not fit the shape
 */
export function encodeNpy(shape: readonly number[], data: NpyData): Uint8Array {
  if (endianness() !== 'LE') throw new Error('encodeNpy: this machine is big-endian, which is not supported');
  if (data.length !== product(shape)) {
    throw new ShapeError(`encodeNpy: shape (${shape.join(', ')}) does not hold ${data.length} values`);
  }
  const [descr] = Object.entries(types).find(([, Type]) => data instanceof Type)!;
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11) + '\n';
  const head = Buffer.alloc(10);
  head.write(MAGIC, 'latin1');
  head[6] = 1;
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([
    head,
    Buffer.from(padded, 'latin1'),
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  ]);
}

/**
 * Reads the bytes of a `.npy` file. Bools come as 0 and 1; arrays in Fortran order come in C order.
 *
 * @param name what errors call the file
 * @throws DataError for another format, another type, or a length that does not fit the shape
 */
export function decodeNpy(bytes: Uint8Array, name: string): NpyArray {
  const fail = (what: string): never => {
    throw new DataError(`${name}: ${what}; save it with numpy.save again`);
  };
  const { descr, fortran, shape, count, start } = parseNpyHeader(bytes, fail);
  const Type = types[(descr === '|b1' ? '|u1' : descr) as keyof typeof types];
  if (Type === undefined) {
    return fail(`expected an array of type bool, ${Object.keys(types).join(', ')}, got "${descr}"`);
  }
  const [expected, got] = [count * Type.BYTES_PER_ELEMENT, bytes.length - start];
  if (got !== expected) {
    return fail(`shape (${shape.join(', ')}) needs ${expected} bytes, but ${got} follow the header`);
  }
  const copy = Uint8Array.from(bytes.subarray(start));
  const data = new Type(copy.buffer);
  return { shape, data: fortran ? rowMajor(data, shape) : data };
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

import { readFileSync } from 'node:fs';

/** Reads a little-endian `.npy` file of the reference data: f4, f8, u1, u2, i4, i8 and bool. Arrays in Fortran order come in C order. */
export function readNpy(path: string): {
  shape: number[];
  data: Float32Array | Float64Array | Uint8Array | Uint16Array | Int32Array | BigInt64Array;
} {
  const file = readFileSync(path);
  const headerLength = file[6] === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8);
  const start = (file[6] === 1 ? 10 : 12) + headerLength;
  const header = file.toString('latin1', 10, start);
  const kind = /'descr':\s*'[<|]?(\w+)'/.exec(header)?.[1] ?? '';
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((s) => s.trim() !== '')
    .map(Number);
  const types = {
    f4: Float32Array,
    f8: Float64Array,
    u1: Uint8Array,
    b1: Uint8Array,
    u2: Uint16Array,
    i4: Int32Array,
    i8: BigInt64Array,
  };
  const Type = types[kind as keyof typeof types];
  if (Type === undefined) throw new Error(`${path}: dtype ${kind} is not read`);
  const bytes = new Uint8Array(file.subarray(start));
  const data = new Type(bytes.buffer, 0, bytes.length / Type.BYTES_PER_ELEMENT);
  if (/'fortran_order':\s*True/.test(header)) toRowMajor(data, shape);
  return { shape, data };
}

function toRowMajor(
  data: { [i: number]: number | bigint; slice(): ArrayLike<number | bigint>; length: number },
  shape: number[],
): void {
  const stored = data.slice();
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) {
    let [from, rest] = [0, i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    data[i] = stored[from];
  }
}

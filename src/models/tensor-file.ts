import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { WeightsError } from '../errors.js';
import { fromHalf, toHalf } from './weights/half-floats.js';
import { parseTensorHeader, type TensorEntry } from './weights/tensor-header.js';
import { writeWhole } from './weights/write-whole.js';

/** A tensor on the host. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
  /** The file holds the values as half-precision numbers: what they are rounded to when they are written. */
  readonly half?: boolean;
}

const DIGEST_KEY = 'sha256';
const TYPES = ['F32', 'I32', 'F16'] as const;

/**
 * Writes tensors as one safetensors file (F32, I32, F16), whole or not at all: a temporary file that is renamed. The header's
 * metadata carries the sha256 of the values, so that `loadTensors` notices altered bytes.
 *
 * @throws DataError when the file cannot be written; WeightsError when a shape and its values disagree
 */
export async function saveTensors(path: string, tensors: Record<string, NamedTensor>): Promise<void> {
  const names = Object.keys(tensors).sort();
  const digest = createHash('sha256');
  const blocks: Uint8Array[] = [];
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const name of names) {
    const { shape, data, half = false } = tensors[name];
    if (shape.reduce((a, b) => a * b, 1) !== data.length) {
      throw new WeightsError(`${path}: tensor "${name}" of shape [${shape}] was given ${data.length} values`);
    }
    const { dtype, values } = stored(data, half);
    const bytes = bytesOf(values);
    digest.update(bytes);
    header[name] = { dtype, shape: [...shape], data_offsets: [offset, offset + bytes.length] };
    blocks.push(bytes);
    offset += bytes.length;
  }
  const json = JSON.stringify({ __metadata__: { [DIGEST_KEY]: digest.digest('hex') }, ...header });
  // Readers may map the file into memory: the format pads the header with spaces so that values are aligned.
  const text = Buffer.from(
    json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8 - Buffer.byteLength(json) + json.length),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeWhole(path, [length, text, ...blocks], 'tensor file');
}

/**
 * Reads a safetensors file of F32, I32 and F16 tensors; halves become float32. The header is checked before anything is allocated: size limits,
 * duplicate names, types, and values that are in bounds, without overlap or gap, up to the last byte of the file.
 *
 * @throws WeightsError when the file is missing, truncated, altered, or holds another type
 */
export async function loadTensors(path: string): Promise<Record<string, NamedTensor>> {
  const file = await open(path, 'r').catch((cause: Error) => {
    throw new WeightsError(`${path}: the tensor file cannot be opened (${cause.message})`, { cause });
  });
  try {
    const { size } = await file.stat();
    const { entries, dataStart, metadata } = await parseTensorHeader(path, TYPES, size, async (position, length) => {
      const bytes = new Uint8Array(length);
      await readExactly(path, file, bytes, position);
      return bytes;
    });
    const digest = createHash('sha256');
    const tensors: Record<string, NamedTensor> = Object.create(null) as Record<string, NamedTensor>;
    for (const entry of entries) {
      const values = allocate(entry);
      const bytes = bytesOf(values);
      await readExactly(path, file, bytes, dataStart + entry.begin);
      digest.update(bytes);
      tensors[entry.name] =
        values instanceof Uint16Array
          ? { shape: entry.shape, data: fromHalf(values), half: true }
          : { shape: entry.shape, data: values };
    }
    const expected = metadata[DIGEST_KEY];
    const got = digest.digest('hex');
    if (expected !== undefined && expected !== got) {
      throw new WeightsError(
        `${path}: the values were altered after the file was written (sha256 ${got}, expected ${expected}); restore the file or train again`,
      );
    }
    return tensors;
  } finally {
    await file.close();
  }
}

type Values = Float32Array | Int32Array | Uint16Array;

function stored(data: NamedTensor['data'], half: boolean): { dtype: (typeof TYPES)[number]; values: Values } {
  if (data instanceof Int32Array) return { dtype: 'I32', values: data };
  return half ? { dtype: 'F16', values: toHalf(data) } : { dtype: 'F32', values: data };
}

function allocate(entry: TensorEntry<(typeof TYPES)[number]>): Values {
  if (entry.dtype === 'F16') return new Uint16Array((entry.end - entry.begin) / 2);
  const count = (entry.end - entry.begin) / 4;
  return entry.dtype === 'F32' ? new Float32Array(count) : new Int32Array(count);
}

function bytesOf(data: Values): Uint8Array {
  if (endianness() !== 'LE') throw new WeightsError('tensor files are little-endian, and this machine is not');
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

interface Readable {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

async function readExactly(path: string, file: Readable, into: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < into.length) {
    const chunk = Math.min(into.length - done, 2 ** 30);
    const { bytesRead } = await file.read(into, done, chunk, position + done);
    if (bytesRead === 0) throw new WeightsError(`${path}: the tensor file became shorter while it was read`);
    done += bytesRead;
  }
}

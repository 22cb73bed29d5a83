import { WeightsError } from '../../errors.js';
import { duplicateKey } from './duplicate-key.js';
import { quoted } from './quoted.js';

/** Bytes of a value of every type that is read. */
export const TYPE_BYTES = { F32: 4, I32: 4, F16: 2, BF16: 2, F64: 8, I64: 8 } as const;
export type TensorType = keyof typeof TYPE_BYTES;

/** A tensor of a safetensors file; `begin` and `end` are byte offsets from the start of the values. */
export interface TensorEntry<T extends TensorType = TensorType> {
  readonly name: string;
  readonly dtype: T;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface TensorHeader<T extends TensorType = TensorType> {
  /** In the order of their values in the file. */
  readonly entries: readonly TensorEntry<T>[];
  readonly dataStart: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit on the length of the header. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_TENSORS = 100_000;
const MAX_RANK = 8;

/**
 * Reads and checks the header of a safetensors file: 8 bytes of length, then JSON
 * (https://github.com/huggingface/safetensors, "Format").
 *
 * @param types the types that the reader knows; any other is refused
 * @param size bytes of the whole file
 * @param read gives the bytes of a range of the file
 * @throws WeightsError with the first thing that is wrong
 */
export async function parseTensorHeader<T extends TensorType>(
  path: string,
  types: readonly T[],
  size: number,
  read: (position: number, length: number) => Promise<Uint8Array>,
): Promise<TensorHeader<T>> {
  const fail = (what: string): never => {
    throw new WeightsError(`${path}: ${what}; the file is truncated, altered, or not a tensor file`);
  };
  if (size < 10) fail(`expected a tensor file of at least 10 bytes, got ${size}`);
  const lengthBytes = await read(0, 8);
  const length = Number(new DataView(lengthBytes.buffer, lengthBytes.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES) fail(`the header claims ${length} bytes, more than the limit of ${MAX_HEADER_BYTES}`);
  if (length < 2 || 8 + length > size) fail(`the header claims ${length} bytes, but the file has ${size}`);
  const text = new TextDecoder().decode(await read(8, length));
  const header = parseObject(text) ?? fail('the header is not a JSON object');
  const duplicate = duplicateKey(text);
  if (duplicate !== null) fail(`the header names ${quoted(duplicate)} twice`);
  const { __metadata__: metadata = {}, ...rest } = header;
  const names = Object.keys(rest);
  if (names.length > MAX_TENSORS) fail(`the header names ${names.length} tensors, more than ${MAX_TENSORS}`);
  const entries = names
    .map((name) => entryOf(name, rest[name], types, fail))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const entry of entries) {
    if (entry.begin !== at) fail(`tensor ${quoted(entry.name)} begins at byte ${entry.begin} where ${at} was expected`);
    at = entry.end;
  }
  if (8 + length + at !== size) fail(`the header describes ${8 + length + at} bytes, but the file has ${size}`);
  if (!isStringRecord(metadata)) fail('the metadata is not an object of strings');
  return { entries, dataStart: 8 + length, metadata: metadata as Record<string, string> };
}

function entryOf<T extends TensorType>(
  name: string,
  value: unknown,
  types: readonly T[],
  fail: (what: string) => never,
): TensorEntry<T> {
  const record = isRecord(value) ? value : fail(`tensor ${quoted(name)} is not described`);
  const { shape, data_offsets: offsets } = record;
  const dtype = types.find((type) => type === record.dtype);
  if (dtype === undefined) {
    return fail(
      `tensor ${quoted(name)} has the type ${typeof record.dtype === 'string' ? quoted(record.dtype) : typeof record.dtype}, expected ${types.slice(0, -1).join(', ')} or ${types.at(-1)}`,
    );
  }
  if (!isCounts(shape) || shape.length > MAX_RANK) return fail(`tensor ${quoted(name)} has no valid shape`);
  if (!isCounts(offsets) || offsets.length !== 2) return fail(`tensor ${quoted(name)} has no valid offsets`);
  const bytes = shape.reduce((a, b) => a * b, TYPE_BYTES[dtype]);
  const [begin, end] = offsets;
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes) {
    return fail(`tensor ${quoted(name)} of shape [${shape}] needs ${bytes} bytes, but has ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

const isStringRecord = (value: unknown): value is Record<string, string> =>
  isRecord(value) && Object.values(value).every((v) => typeof v === 'string');

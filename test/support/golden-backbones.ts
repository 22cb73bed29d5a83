import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint } from '../../src/models/weights/checkpoint.js';
import { tf, type Tensor4D } from '../../src/runtime/tf.js';
import { hashedValues, type HashedTensor } from './hash-weights.js';
import { readNpy } from './npy.js';

/** Outputs of PyTorch, and the weights that gave them. */
export const goldenBackbones = join(import.meta.dirname, '../golden/backbones');

/** The tensors of the golden networks whose weights follow from their names, with the first value of each. */
export function hashedTensors(model: string): (HashedTensor & { first: number })[] {
  const all = JSON.parse(readFileSync(join(goldenBackbones, 'hash_weights.json'), 'utf8')) as Record<
    string,
    [string, number[], string, number][]
  >;
  return all[model].map(([name, shape, rule, first]) => ({ name, shape, rule, first }));
}

/** A checkpoint of tensors whose values are made when they are asked for. */
export function checkpointOf(
  tensors: readonly { name: string; shape: readonly number[]; values?: () => Float32Array }[],
): Checkpoint {
  const none = () => new Float32Array(0);
  return {
    path: 'made by the test',
    format: 'safetensors',
    tensors: new Map(tensors.map((tensor) => [tensor.name, { values: none, ...tensor }])),
  };
}

/** A checkpoint whose values follow from the names. */
export function hashedCheckpoint(tensors: readonly HashedTensor[]): Checkpoint {
  return checkpointOf(tensors.map((tensor) => ({ ...tensor, values: () => hashedValues(tensor) })));
}

/** The file of a channels-first array as a channels-last tensor `[n, h, w, c]`. */
export function channelsLast(path: string): Tensor4D {
  const { data, shape } = readNpy(path);
  return tf.tidy(() =>
    tf.tensor4d(data as Float32Array, shape as [number, number, number, number]).transpose([0, 2, 3, 1]),
  );
}

/** The largest difference between a result and what is recorded, relative to the largest recorded value. */
export async function relativeError(
  got: { data(): Promise<ArrayLike<number>>; shape: number[] },
  want: Tensor4D,
): Promise<number> {
  const [a, b] = [await got.data(), await want.data()];
  if (a.length !== b.length) throw new Error(`expected the shape [${want.shape}], got [${got.shape}]`);
  let [difference, largest] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    largest = Math.max(largest, Math.abs(b[i]));
    if (!Number.isFinite(a[i])) return Infinity;
  }
  return difference / largest;
}

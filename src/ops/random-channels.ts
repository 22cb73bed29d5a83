import { ShapeError } from '../errors.js';
import { Random } from '../runtime/random.js';
import { tf, type Tensor2D } from '../runtime/tf.js';

/**
 * A matrix of zeros and ones that keeps `to` different channels, drawn at random and in their order: `x.matMul(channels)` are
 * channels of x, unchanged. The same seed gives the same matrix on every machine.
 *
 * @returns `[from, to]`, owned by the caller
 * @throws ShapeError if there are fewer channels than are to be kept
 */
export function randomChannels(from: number, to: number, seed: number): Tensor2D {
  if (![from, to].every((n) => Number.isInteger(n) && n >= 1) || to > from) {
    throw new ShapeError(`randomChannels: expected to keep 1 to ${from} channels, got ${to}`);
  }
  const places = Array.from({ length: from }, (_, i) => i);
  const kept = new Random(seed).fork(`channels ${from} ${to}`).shuffled(places).slice(0, to);
  const matrix = new Float32Array(from * to);
  kept.sort((a, b) => a - b).forEach((channel, column) => (matrix[channel * to + column] = 1));
  return tf.tensor2d(matrix, [from, to]);
}

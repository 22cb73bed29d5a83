import { Random } from '../../runtime/random.js';
import { tf, type Tensor1D, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';

/** A linear layer from the features of a place and its coordinates to its descriptor. */
export interface Descriptor {
  readonly kernel: Tensor2D;
  readonly bias: Tensor1D;
}

/**
 * Features of all places, one place a row, with two more columns: x and y from -1 to 1 (CoordConv; Liu et al. 2018).
 *
 * @param features `[n, h, w, d]`, borrowed
 * @returns `[n * h * w, d + 2]`, owned by the caller
 */
export function withCoordinates(features: Tensor4D): Tensor2D {
  const [n, h, w, d] = features.shape;
  return tf.tidy(() => {
    const x = axis(w).reshape([1, 1, w, 1]).tile([n, h, 1, 1]);
    const y = axis(h).reshape([1, h, 1, 1]).tile([n, 1, w, 1]);
    return tf.concat([features, x as Tensor4D, y as Tensor4D], 3).reshape([n * h * w, d + 2]) as Tensor2D;
  });
}

function axis(length: number): Tensor1D {
  return length === 1 ? tf.zeros([1]) : tf.linspace(-1, 1, length);
}

/**
 * @param rows `[n, from]`, borrowed
 * @returns `[n, to]`, owned by the caller
 */
export function describePatches(rows: Tensor2D, { kernel, bias }: Descriptor): Tensor2D {
  return tf.tidy(() => rows.matMul(kernel).add(bias) as Tensor2D);
}

/** Uniform values within `1 / sqrt(from)`, as torch begins a linear layer; owned by the caller. */
export function randomDescriptor(from: number, to: number, seed: number): Descriptor {
  const random = new Random(seed).fork(`descriptor ${from} ${to}`);
  const bound = 1 / Math.sqrt(from);
  const draw = (count: number) => Float32Array.from({ length: count }, () => random.uniform(-bound, bound));
  return { kernel: tf.tensor2d(draw(from * to), [from, to]), bias: tf.tensor1d(draw(to)) };
}

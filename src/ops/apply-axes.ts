import { tf, type Tensor2D, type Tensor3D, type Tensor4D } from '../runtime/tf.js';
import type { AxisMatrix } from './axis-matrix.js';
import { bandedProduct } from './banded-product.js';

/**
 * `V . X . H^T` for every channel of every picture: one matrix product an axis, in the cheaper order, gradients exact.
 * The matrix of an axis that does not change is skipped.
 *
 * @param x `[n, h, w, c]` float32, borrowed
 * @param vertical from `h` to `H` pixels
 * @param horizontal from `w` to `W` pixels
 * @returns `[n, H, W, c]` float32, owned by the caller
 */
export function applyAxes(x: Tensor4D, vertical: AxisMatrix, horizontal: AxisMatrix): Tensor4D {
  const heightFirst = isHeightFirst(vertical, horizontal, x.shape[3]);
  return tf.tidy(() => {
    const first = heightFirst ? alongHeight(x, vertical) : alongWidth(x, horizontal);
    const both = heightFirst ? alongWidth(first, horizontal) : alongHeight(first, vertical);
    return both === x ? x.clone() : both;
  });
}

/** In multiplications; moving a pixel to swap channels and columns costs about as much as a hundred. */
function isHeightFirst(vertical: AxisMatrix, horizontal: AxisMatrix, channels: number): boolean {
  const { from: h, to: tall } = vertical;
  const { from: w, to: wide } = horizontal;
  const swap = channels === 1 || horizontal.identity ? 0 : 100 * (w + wide);
  return tall * h * w + tall * (w * wide + swap) <= h * (w * wide + swap) + tall * h * wide;
}

function alongHeight(x: Tensor4D, matrix: AxisMatrix): Tensor4D {
  if (matrix.identity) return x;
  const [n, h, w, c] = x.shape;
  if (n === 1) return bandedProduct(matrix, x.reshape([h, w * c])).reshape([1, matrix.to, w, c]);
  // A product with a batch axis leaves the fast path of the wasm backend, which also copies the whole tensor for every slice.
  const weights = tf.tensor2d(matrix.columns, [matrix.from, matrix.to]);
  const upright = x.reshape<Tensor3D>([n, h, w * c]).transpose([0, 2, 1]);
  const done = tf.matMul(upright.reshape<Tensor2D>([n * w * c, h]), weights).reshape([n, w * c, matrix.to]);
  return done.transpose([0, 2, 1]).reshape([n, matrix.to, w, c]);
}

function alongWidth(x: Tensor4D, matrix: AxisMatrix): Tensor4D {
  if (matrix.identity) return x;
  const [n, h, w, c] = x.shape;
  const weights = tf.tensor2d(matrix.columns, [matrix.from, matrix.to]);
  const planar = c === 1 ? x : x.transpose([0, 1, 3, 2]);
  const done = tf.matMul(planar.reshape([n * h * c, w]) as Tensor2D, weights);
  if (c === 1) return done.reshape([n, h, matrix.to, 1]);
  return done.reshape([n, h, c, matrix.to]).transpose([0, 1, 3, 2]);
}

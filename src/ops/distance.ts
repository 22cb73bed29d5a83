import { ShapeError } from '../errors.js';
import { tf, type Tensor2D, type Tensor3D } from '../runtime/tf.js';
import { byRowBlocks } from './by-row-blocks.js';

/** A block of distances holds at most this many values: 64 MB of float32. */
const BLOCK_BUDGET = 2 ** 24;

/**
 * Reference rows in the form in which distances to them are one matrix product: transposed (a product with `transposeB` leaves
 * the fast path of the wasm backend), with `-|row|^2 / 2` as an additional last row.
 *
 * @param rows `[n, d]`, borrowed
 * @returns `[d + 1, n]`, owned by the caller
 */
export function augmentRows(rows: Tensor2D): Tensor2D {
  return tf.tidy(() => {
    const halfNorms = byRowBlocks(rows, (block) => block.square().sum(1, true).mul(-0.5));
    return tf.concat([rows, halfNorms], 1).transpose() as Tensor2D;
  });
}

/**
 * `q.r - |r|^2 / 2` of every query and reference row: the larger, the nearer; `|q - r|^2 = |q|^2 - 2 * proximity`.
 *
 * @param queries `[q, d]`, borrowed
 * @param augmented `[d + 1, n]` of `augmentRows`, borrowed
 * @returns `[q, n]`, owned by the caller
 */
export function proximity(queries: Tensor2D, augmented: Tensor2D): Tensor2D {
  const [q, d] = queries.shape;
  const [rows, n] = augmented.shape;
  if (rows !== d + 1) throw new ShapeError(`proximity: queries have ${d} features, the reference rows ${rows - 1}`);
  if (q * n > BLOCK_BUDGET) throw new ShapeError(`proximity: a block of ${q} x ${n} is too large; split the queries`);
  return tf.tidy(() => tf.matMul(tf.concat([queries, tf.ones([q, 1])], 1) as Tensor2D, augmented));
}

/**
 * All squared Euclidean distances between two sets of rows, for sets of modest size. The formula
 * `|x|^2 + |y|^2 - 2 x.y` cancels for near duplicates (absolute error about 1e-6 `|x|^2`); never negative.
 *
 * @param x `[q, d]`, borrowed
 * @param y `[n, d]`, borrowed
 * @returns `[q, n]`, owned by the caller
 * @throws ShapeError when the widths differ or the result exceeds 2^24 values
 */
export function squaredDistances(x: Tensor2D, y: Tensor2D): Tensor2D {
  return tf.tidy(() => {
    const near = proximity(x, augmentRows(y));
    return tf.relu(x.square().sum(1, true).sub(near.mul(2))) as Tensor2D;
  });
}

/**
 * Squared Euclidean distances of every query to its own candidates, from differences: exact zeros for duplicates.
 *
 * @param queries `[q, d]`, borrowed
 * @param candidates `[q, m, d]`, borrowed
 * @returns `[q, m]`, owned by the caller
 */
export function directSquaredDistances(queries: Tensor2D, candidates: Tensor3D): Tensor2D {
  return tf.tidy(() => tf.squaredDifference(candidates, queries.expandDims(1)).sum(2) as Tensor2D);
}

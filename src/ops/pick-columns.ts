import { tf, type Tensor, type Tensor2D } from '../runtime/tf.js';

/**
 * `values[i, columns[i, j]]`, by flat positions: the wasm kernel of `gather` reads out of bounds with `batchDims`.
 *
 * @param values `[q, m]`, borrowed
 * @param columns `[q, k]` int32, borrowed
 * @returns `[q, k]`, owned by the caller
 */
export function pickColumns(values: Tensor2D, columns: Tensor2D): Tensor2D {
  const [q, m] = values.shape;
  return tf.tidy(() => {
    const starts = tf.range(0, q * m, m, 'int32').expandDims(1);
    return tf.gather(values.flatten() as Tensor, columns.add(starts)) as Tensor2D;
  });
}

import { tf, type Tensor2D } from '../runtime/tf.js';

/** Values of a block: its temporaries take 4 MB each. */
const BLOCK = 2 ** 20;

/**
 * A function of single rows, applied to some of them at a time: the memory that its temporaries take does not grow with the rows.
 *
 * @param rows `[n, d]` with n of 1 or more, borrowed
 * @param fn `[m, d]` borrowed -> `[m, c]`
 * @returns `[n, c]`, owned by the caller
 */
export function byRowBlocks(rows: Tensor2D, fn: (block: Tensor2D) => Tensor2D): Tensor2D {
  const [n, d] = rows.shape;
  const height = Math.max(1, Math.floor(BLOCK / d));
  if (n <= height) return tf.tidy(() => fn(rows));
  return tf.tidy(() => {
    const parts: Tensor2D[] = [];
    for (let start = 0; start < n; start += height) {
      parts.push(tf.tidy(() => fn(rows.slice([start, 0], [Math.min(height, n - start), -1]))));
    }
    return tf.concat(parts, 0);
  });
}

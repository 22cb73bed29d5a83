import { tf, type Tensor2D } from '../runtime/tf.js';

/** Values of one block that is multiplied on the device: sums in float32 stay short. */
const BLOCK_VALUES = 2 ** 20;

/**
 * `X X^T` (`of: 'rows'`) or `X^T X` (`of: 'columns'`), block by block: products on the device in float32, sums of blocks on the host in
 * float64, so that the rounding does not grow with the number of values.
 *
 * @param x `[n, d]`, borrowed
 * @returns `n * n` or `d * d` values, both halves equal
 */
export async function crossProducts(x: Tensor2D, of: 'rows' | 'columns'): Promise<Float64Array> {
  const [n, d] = x.shape;
  const [size, length] = of === 'rows' ? [n, d] : [d, n];
  const step = Math.max(1, Math.floor(BLOCK_VALUES / size));
  const sums = new Float64Array(size * size);
  for (let start = 0; start < length; start += step) {
    const count = Math.min(step, length - start);
    const products = tf.tidy(() => {
      const block = of === 'rows' ? x.slice([0, start], [-1, count]) : x.slice([start, 0], [count, -1]);
      return tf.matMul(block, block, of === 'columns', of === 'rows');
    });
    const values = await products.data();
    products.dispose();
    for (let i = 0; i < sums.length; i++) sums[i] += values[i];
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const mean = (sums[i * size + j] + sums[j * size + i]) / 2;
      sums[i * size + j] = sums[j * size + i] = mean;
    }
  }
  return sums;
}

import type { Random } from '../../runtime/random.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';

/** Values that are drawn one by one; of more of them, stretches begin at random places of these. */
const POOL = 2 ** 18;
const STRETCH = 2 ** 10;

/**
 * By what values are multiplied so that a share of them is dropped and their mean stays the same (Srivastava et al., JMLR 2014).
 *
 * @param rate the share that is dropped, below 1
 * @returns owned by the caller
 */
export function dropoutMask(random: Random, shape: Tensor4D['shape'], rate: number): Tensor4D {
  const count = tf.util.sizeFromShape(shape);
  const pool = Float32Array.from({ length: Math.min(count, POOL) }, () =>
    random.uniform() < rate ? 0 : 1 / (1 - rate),
  );
  if (count <= POOL) return tf.tensor4d(pool, shape);
  const values = new Float32Array(count);
  for (let at = 0; at < count; at += STRETCH) {
    const start = random.below(POOL - STRETCH);
    values.set(pool.subarray(start, start + Math.min(STRETCH, count - at)), at);
  }
  return tf.tensor4d(values, shape);
}

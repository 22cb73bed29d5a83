import { tf, type Tensor, type Tensor2D } from '../../runtime/tf.js';
import type { FitContext } from '../detector.js';
import type { PatchPool } from './patch-pool.js';
import { selectRows, type SelectionParams } from './select-rows.js';

/**
 * The rows of a pool that the memory bank keeps; `selectRows` says which.
 *
 * @param pool borrowed
 * @returns `[m, d]`, owned by the caller
 */
export async function selectBank(pool: PatchPool, params: SelectionParams, context: FitContext): Promise<Tensor2D> {
  const chosen = await selectRows(pool, params, context);
  if (chosen.length === pool.rows.shape[0]) return pool.rows.clone();
  return tf.tidy(() => tf.gather(pool.rows as Tensor, tf.tensor1d(chosen, 'int32')) as Tensor2D);
}

import { greedyCoreset } from '../../ops/coreset.js';
import { randomProjection } from '../../ops/random-projection.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor2D } from '../../runtime/tf.js';
import type { FitContext } from '../detector.js';
import type { PatchPool } from './patch-pool.js';
import type { PatchcoreParams } from './patchcore-params.js';

/** How rows are selected; `patchcore-params.ts` says what each means. */
export type SelectionParams = Pick<PatchcoreParams, 'sampling' | 'coreset_ratio' | 'max_bank' | 'coreset_dim'>;

/**
 * The rows that the memory bank keeps: a share of all patches, at most `max_bank`, spread by the greedy k-centre rule (measured in a
 * random projection, as in the paper) or drawn at random.
 *
 * @param pool borrowed
 * @returns `[m, d]`, owned by the caller
 */
export async function selectBank(pool: PatchPool, params: SelectionParams, context: FitContext): Promise<Tensor2D> {
  const [available, width] = pool.rows.shape;
  const wanted = Math.max(1, Math.floor(pool.seen * params.coreset_ratio));
  const count = Math.min(available, wanted, params.max_bank ?? Infinity);
  const random = new Random(context.seed).fork('bank');
  if (count === available) return pool.rows.clone();
  if (params.sampling === 'random') {
    const places = random.shuffled(Array.from({ length: available }, (_, i) => i)).slice(0, count);
    return rowsOf(pool.rows, Int32Array.from(places).sort());
  }
  const { coreset_dim } = params;
  const measured =
    coreset_dim === null || coreset_dim >= width
      ? pool.rows.clone()
      : tf.tidy(() => pool.rows.matMul(randomProjection(width, coreset_dim, 'gaussian', context.seed)) as Tensor2D);
  context.progress.start('selection of the memory bank', count);
  try {
    const chosen = await greedyCoreset(measured, count, {
      first: random.below(available),
      onProgress: (done) => context.progress.update(done),
      signal: context.signal,
    });
    return rowsOf(pool.rows, chosen);
  } finally {
    context.progress.stop();
    measured.dispose();
  }
}

function rowsOf(rows: Tensor2D, places: Int32Array): Tensor2D {
  return tf.tidy(() => tf.gather(rows as Tensor, tf.tensor1d(places, 'int32')) as Tensor2D);
}

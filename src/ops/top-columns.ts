import { tf, type Tensor, type Tensor2D } from '../runtime/tf.js';
import { pickColumns } from './pick-columns.js';

export interface TopColumns {
  /** `[q, k]`, the largest first */
  readonly values: Tensor2D;
  /** `[q, k]` int32 columns */
  readonly indices: Tensor2D;
}

/**
 * The k largest values of every row, as `tf.topk` gives them, for wide rows: `topk` orders whole rows, which costs about twenty
 * maxima. The k values lie in the k groups with the largest maxima, so only the maxima and the values of those groups are ordered.
 *
 * Of equal values those of the lowest groups are taken; their order among themselves is not fixed.
 *
 * @param x `[q, n]`, borrowed
 * @param k at most n
 * @returns tensors owned by the caller
 */
export function topColumns(x: Tensor2D, k: number): TopColumns {
  const [q, n] = x.shape;
  const size = groupSize(n, k);
  const [values, indices] = tf.tidy(() => {
    if (size === 1) {
      const top = tf.topk(x, k);
      return [top.values, top.indices as Tensor2D];
    }
    const groups = n / size;
    const grouped = x.reshape([q * groups, size]);
    const best = tf.topk(grouped.max(1).reshape<Tensor2D>([q, groups]), k).indices as Tensor2D;
    const starts = tf.range(0, q * groups, groups, 'int32').expandDims(1);
    const values = tf.gather(grouped as Tensor, best.add(starts)).reshape<Tensor2D>([q, k * size]);
    const columns = best
      .mul(tf.scalar(size, 'int32'))
      .expandDims(2)
      .add(tf.range(0, size, 1, 'int32'));
    const top = tf.topk(values, k);
    return [top.values, pickColumns(columns.reshape<Tensor2D>([q, k * size]), top.indices as Tensor2D)];
  });
  return { values, indices };
}

/** Balances the maxima, n / size of them, against the values of the chosen groups, k * size. */
function groupSize(n: number, k: number): number {
  let size = 1;
  while (n % (2 * size) === 0 && 4 * size * size * k <= 2 * n) size *= 2;
  return n / size >= 2 * k && size >= 4 ? size : 1;
}

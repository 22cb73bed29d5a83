import { tf, type Tensor, type Tensor1D, type Tensor2D } from '../runtime/tf.js';

/**
 * The mean of the values of every row that reach its `count`-th highest one, with its gradient: which values these are is taken as given, because
 * choosing has no gradient.
 *
 * @param rows `[n, m]`, borrowed
 * @param count from 1 to `m`
 * @returns `[n]`, owned by the caller
 */
export function topMean(rows: Tensor2D, count: number): Tensor1D {
  const mean = tf.customGrad((values, save) => {
    const all = values as Tensor2D;
    const [means, shares] = tf.tidy(() => {
      const least = tf.topk(all, count, false).values.min(1, true);
      const chosen = all.greaterEqual(least).toFloat();
      const share = chosen.div(chosen.sum(1, true));
      return [all.mul(share).sum(1), share];
    });
    (save as (tensors: Tensor[]) => void)([shares]);
    return { value: means, gradFunc: (dy, saved) => (saved as Tensor[])[0].mul((dy as Tensor1D).expandDims(1)) };
  });
  return mean(rows) as Tensor1D;
}

import { tf, type Scalar, type Tensor, type Tensor2D } from '../../runtime/tf.js';

/**
 * The mean of the values that reach a quantile of all of them, with its gradient: which values these are is taken as given. The hard feature
 * loss of EfficientAD with `x >= torch.quantile(x, quantile)`.
 *
 * @param x borrowed
 * @param quantile from 0 to below 1
 */
export function meanOfHighest(x: Tensor, quantile: number): Scalar {
  const count = Math.max(1, x.size - Math.ceil(quantile * (x.size - 1)));
  // A function with a gradient of its own, because choosing has none.
  const mean = tf.customGrad((values, save) => {
    const all = values as Tensor;
    const [sum, weights] = tf.tidy(() => {
      const least = tf.topk(all.reshape<Tensor2D>([1, -1]), count, false).values.min();
      const chosen = all.greaterEqual(least).toFloat();
      const share = chosen.div(chosen.sum());
      return [all.mul(share).sum(), share];
    });
    (save as (tensors: Tensor[]) => void)([weights]);
    return { value: sum, gradFunc: (dy, saved) => (saved as Tensor[])[0].mul(dy as Tensor) };
  });
  return mean(x) as Scalar;
}

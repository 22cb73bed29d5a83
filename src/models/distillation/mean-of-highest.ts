import { topMean } from '../../ops/top-mean.js';
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
  return tf.tidy(() => topMean(x.reshape<Tensor2D>([1, -1]), count).squeeze<Scalar>());
}

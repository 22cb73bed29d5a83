import { tf, type Scalar, type Tensor, type Tensor1D } from '../../runtime/tf.js';

/**
 * A quantile of all values, with linear interpolation between two of them, as torch's. Has no gradient.
 *
 * @param values borrowed
 * @param quantile from 0 to 1
 * @returns owned by the caller
 */
export function quantileOf(values: Tensor, quantile: number): Scalar {
  const at = quantile * (values.size - 1);
  const below = Math.floor(at);
  return tf.tidy(() => {
    const highest = tf.topk(values.flatten(), values.size - below).values as Tensor1D;
    const [low, high] = [0, 1].map((step) => highest.slice(Math.max(0, highest.size - 1 - step), 1));
    return low.add(high.sub(low).mul(at - below)).squeeze<Scalar>();
  });
}

import { tf, type Scalar, type Tensor } from '../../runtime/tf.js';

/**
 * The truncated L1 loss of SimpleNet: scores are to be below `-margin` where all is good and above `margin` where it is not, and nothing is
 * won beyond. The means over good and over anomalous places are added; a kind without places adds nothing.
 *
 * @param scores borrowed
 * @param anomalous 1 or 0, of the shape of `scores`, borrowed
 * @param known 1 or 0, of the same shape: only where it is 1 does a place count; borrowed; absent = everywhere
 * @returns owned by the caller
 */
export function truncatedL1(scores: Tensor, anomalous: Tensor, margin: number, known?: Tensor): Scalar {
  const mean = (excess: Tensor, where: Tensor) => excess.relu().mul(where).sum().div(where.sum().maximum(1));
  return tf.tidy(() => {
    const good = tf.sub(1, anomalous);
    const [below, above] = known === undefined ? [good, anomalous] : [good.mul(known), anomalous.mul(known)];
    return mean(scores.add(margin), below).add<Scalar>(mean(tf.sub(margin, scores), above));
  });
}

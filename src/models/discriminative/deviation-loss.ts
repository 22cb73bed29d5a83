import { tf, type Scalar, type Tensor1D } from '../../runtime/tf.js';

/**
 * The deviation loss (Pang et al., Deep Anomaly Detection with Deviation Networks, KDD 2019): scores are measured in standard deviations from the
 * mean of scores drawn from a prior. Those of good pictures are to lie at the mean, those of defective ones at least `margin` deviations above it.
 *
 * @param scores `[n]`, borrowed
 * @param labels `[n]`: 1 = defective, borrowed
 * @param reference `[m]`: scores of the prior, borrowed
 * @returns owned by the caller
 */
export function deviationLoss(scores: Tensor1D, labels: Tensor1D, reference: Tensor1D, margin: number): Scalar {
  return tf.tidy(() => {
    const mean = reference.mean();
    // torch's standard deviation
    const spread = reference
      .sub(mean)
      .square()
      .sum()
      .div(Math.max(1, reference.size - 1))
      .sqrt();
    const deviation = scores.sub(mean).div(spread);
    const good = tf.sub(1, labels).mul(deviation.abs());
    const defective = labels.mul(tf.relu(tf.sub(margin, deviation)));
    return good.add(defective).mean<Scalar>();
  });
}

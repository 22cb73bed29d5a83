import { tf, type Scalar, type Tensor } from '../../runtime/tf.js';

/**
 * The focal loss of a sigmoid (Lin et al., Focal Loss for Dense Object Detection, ICCV 2017) without weights of the classes: the mean of
 * `-(1 - p)^gamma log p`, where p is the probability of what is true.
 *
 * @param logits borrowed
 * @param targets 1 or 0, of the shape of `logits`, borrowed
 * @param known 1 or 0, of the same shape: the mean is over those where it is 1; borrowed; absent = over all
 * @returns owned by the caller
 */
export function focalLoss(logits: Tensor, targets: Tensor, gamma: number, known?: Tensor): Scalar {
  return tf.tidy(() => {
    // With x the logit of what is false: -log p = softplus(x) and -log(1 - p) = softplus(x) - x, finite however sure the network is.
    const x = logits.mul(tf.sub(1, targets.mul(2)));
    const surprise = tf.softplus(x);
    const losses = surprise.mul(surprise.sub(x).mul(-gamma).exp());
    return known === undefined ? losses.mean<Scalar>() : losses.mul(known).sum().div<Scalar>(known.sum().maximum(1));
  });
}

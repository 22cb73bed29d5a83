import { tf, type Scalar, type Tensor } from '../../runtime/tf.js';

/**
 * The focal loss of a sigmoid (Lin et al., Focal Loss for Dense Object Detection, ICCV 2017) without weights of the classes:
 * `-(1 - p)^gamma log p`, where p is the probability of what is true; at gamma 0 the cross entropy.
 *
 * @param logits borrowed
 * @param targets 1 or 0, of the shape of `logits`, borrowed
 * @returns of the shape of `logits`, owned by the caller
 */
export function focalLosses(logits: Tensor, targets: Tensor, gamma: number): Tensor {
  return tf.tidy(() => {
    // With x the logit of what is false: -log p = softplus(x) and -log(1 - p) = softplus(x) - x, finite however sure the network is.
    const x = logits.mul(tf.sub(1, targets.mul(2)));
    const surprise = tf.softplus(x);
    return surprise.mul(surprise.sub(x).mul(-gamma).exp());
  });
}

/**
 * The mean focal loss.
 *
 * @param known 1 or 0, of the shape of `logits`: the mean is over those where it is 1; borrowed; absent = over all
 * @returns owned by the caller
 */
export function focalLoss(logits: Tensor, targets: Tensor, gamma: number, known?: Tensor): Scalar {
  return tf.tidy(() => {
    const losses = focalLosses(logits, targets, gamma);
    return known === undefined ? losses.mean<Scalar>() : losses.mul(known).sum().div<Scalar>(known.sum().maximum(1));
  });
}

import { tf, type Tensor } from '../../runtime/tf.js';

/** As torch's `clip_grad_norm_`. */
const EPSILON = 1e-6;

/**
 * Scales all gradients alike so that their norm together is at most `most`.
 *
 * @param gradients borrowed
 * @returns within the caller's tidy scope
 */
export function clipGradients(gradients: readonly Tensor[], most: number): Tensor[] {
  const norm = tf.addN(gradients.map((gradient) => gradient.square().sum())).sqrt();
  const factor = tf.minimum(tf.scalar(most).div(norm.add(EPSILON)), 1);
  return gradients.map((gradient) => gradient.mul(factor));
}

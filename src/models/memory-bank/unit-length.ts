import { tf, type Tensor4D } from '../../runtime/tf.js';

/** Lengths below this count as zero, so that a feature of zeros stays zeros. */
const SMALLEST = 1e-12;

/**
 * Features divided by their Euclidean length. Half the squared distance of two of them is their cosine distance.
 *
 * @param features `[n, h, w, d]`, borrowed
 * @returns `[n, h, w, d]`, owned by the caller
 */
export function unitLength(features: Tensor4D): Tensor4D {
  return tf.tidy(() => features.div(features.square().sum(3, true).sqrt().maximum(SMALLEST)));
}

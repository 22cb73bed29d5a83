import { tf, type Tensor4D } from '../../runtime/tf.js';

/** Squared lengths below this count as zero, so that a feature of zeros stays zeros, and has a gradient. */
const SMALLEST = 1e-24;

/**
 * Features divided by their Euclidean length. Half the squared distance of two of them is their cosine distance.
 *
 * @param features `[n, h, w, d]`, borrowed
 * @returns `[n, h, w, d]`, owned by the caller
 */
export function unitLength(features: Tensor4D): Tensor4D {
  return tf.tidy(() => features.div(features.square().sum(3, true).maximum(SMALLEST).sqrt()));
}

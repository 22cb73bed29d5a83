import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';

/** Squares below this count as zero. */
const SMALLEST = 1e-24;

/**
 * The domain-related feature selection of UniNet: every channel of the student is weighed by where, and how much, the teacher has that channel.
 * `w = softmax over the places(t) (theta + mean over the places(t))`, with `theta = min(1, sigmoid(gate) + 1/2)`.
 *
 * The teacher's channels are divided by their root mean square over the picture first: the published softmax is made for the ranges of
 * ImageNet networks, and would pick single places of features that are larger.
 *
 * @param answer `[n, h, w, c]` of the student, borrowed
 * @param prior of the same shape, of the teacher, borrowed
 * @param gate `[c]`, learned, borrowed
 * @returns `[n, h, w, c]`, owned by the caller
 */
export function selectFeatures(answer: Tensor4D, prior: Tensor4D, gate: Tensor1D): Tensor4D {
  const [n, h, w, c] = answer.shape;
  return tf.tidy(() => {
    const length = prior.square().mean([1, 2], true).maximum(SMALLEST).sqrt();
    const places = prior
      .div<Tensor4D>(length)
      .reshape([n, h * w, c])
      .transpose([0, 2, 1]);
    const weights = tf.softmax(places).transpose([0, 2, 1]).reshape([n, h, w, c]);
    const overall = places.mean(2).reshape([n, 1, 1, c]);
    const theta = tf.sigmoid(gate).add(0.5).minimum(1);
    return answer.mul<Tensor4D>(weights.mul(overall.add(theta)));
  });
}

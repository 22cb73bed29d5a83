import { tf, type Scalar, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import { unitLength } from '../memory-bank/unit-length.js';
import { cosineDistances } from './cosine-distances.js';

export interface SimilarityLossRule {
  /** What the cosine counts; the contrast counts the rest of 1. */
  readonly cosine_weight: number;
  /** By which the cosines of the contrast are divided. */
  readonly temperature: number;
}

/**
 * The loss of UniNet on good pictures, for one layer: 1 - cosine of what student and teacher say of a place; the contrast
 * `-log p` with `p = exp(cos(s_i, t_i) / T) / sum_j exp(cos(s_i, t_j) / T)` over the places j of the picture; and the margin `1 - p`. All are means over places.
 *
 * @param teacher `[n, h, w, c]`, borrowed
 * @param student of the same shape, borrowed
 */
export function similarityLoss(
  teacher: Tensor4D,
  student: Tensor4D,
  { cosine_weight, temperature }: SimilarityLossRule,
): Scalar {
  const [n, h, w, c] = teacher.shape;
  return tf.tidy(() => {
    const [t, s] = [teacher, student].map((x) => unitLength(x).reshape<Tensor3D>([n, h * w, c]));
    const own = s.mul(t).sum(2).div(temperature);
    const all = tf.matMul(s, t, false, true).div(temperature);
    const log = own.sub(tf.logSumExp(all, 2));
    const contrast = log.neg().mean();
    const margin = tf.sub(1, log.exp()).mean();
    const cosine = cosineDistances(teacher, student).mean();
    return tf.addN([cosine.mul(cosine_weight), contrast.mul(1 - cosine_weight), margin]) as Scalar;
  });
}

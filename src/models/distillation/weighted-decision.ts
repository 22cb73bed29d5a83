import { tf, type Tensor1D, type Tensor2D, type Tensor3D } from '../../runtime/tf.js';

export interface DecisionRule {
  /** The share of places that count, for every unit of distance. */
  readonly score_alpha: number;
  /** The least share of places that count. */
  readonly score_beta: number;
}

/** Cosine distances are no larger. */
const FARTHEST = 2;

/**
 * The image scores of UniNet: the mean of the highest places of the joined map, of which more count where layers disagree more. The share is
 * `max(alpha m, beta)`, m the mean of the layers' highest distances, of those whose softmax is above the mean.
 *
 * @param layers `[n, h, w]` each, on grids of their own, cosine distances, borrowed
 * @param joined `[n, h, w]`, borrowed
 * @returns `[n]`, owned by the caller
 */
export function weightedDecision(
  layers: readonly Tensor3D[],
  joined: Tensor3D,
  { score_alpha, score_beta }: DecisionRule,
): Tensor1D {
  const [n, h, w] = joined.shape;
  const places = h * w;
  const most = Math.min(places, Math.max(1, Math.floor(Math.max(FARTHEST * score_alpha, score_beta) * places)));
  return tf.tidy(() => {
    const highest = tf.stack(
      layers.map((map) => map.max([1, 2])),
      1,
    ) as Tensor2D;
    const probable = tf.softmax(highest);
    // Where all layers agree none is above the mean, and all count.
    const above = probable.greater(probable.mean(1, true)).toFloat();
    const counted = tf.where(above.sum(1, true).greater(0), above, tf.onesLike(above));
    const distance = highest.mul(counted).sum(1, true).div(counted.sum(1, true));
    const share = distance.mul(score_alpha).maximum(score_beta);
    const count = share.mul(places).floor().clipByValue(1, most);
    const sorted = tf.topk(joined.reshape<Tensor2D>([n, places]), most).values;
    const taken = tf.range(0, most).expandDims(0).less(count).toFloat();
    return sorted
      .mul(taken)
      .sum(1)
      .div<Tensor1D>(count.squeeze([1]));
  });
}

import { constant } from '../../ops/constant.js';
import { tf, type Scalar, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import { cosineDistances } from './cosine-distances.js';

/** Squared lengths below this count as zero. */
const SMALLEST = 1e-24;

/**
 * The loose loss of Dinomaly: 1 - cosine of whole pictures, mean over the batch, where places that are restored well already have
 * gradients that are `factor` times as large. They are those that are closer than place number `last` of the batch,
 * counted from 0, the farthest.
 *
 * @param target `[n, h, w, c]`, taken as given, borrowed
 * @param given of the same shape, borrowed
 * @param last int32 `[1]`, borrowed
 */
export function looseCosineLoss(target: Tensor4D, given: Tensor4D, last: Tensor, factor: number): Scalar {
  return tf.tidy(() => {
    const share = constant((a, b) => shareOf(a as Tensor4D, b as Tensor4D, last, factor), target, given);
    // The value stays what it is; only a share of it is seen by the gradients.
    const still = constant((x) => x.clone(), given);
    const shown = still.add(given.sub(still).mul(share));
    const [n] = target.shape;
    const rows = [target, shown].map((x) => unit(x.reshape<Tensor2D>([n, -1])));
    return rows[0].sub(rows[1]).square().sum(1).mean().mul<Scalar>(0.5);
  });
}

/** `[n, h, w, 1]`: the factor at easy places, 1 at hard ones. */
function shareOf(target: Tensor4D, given: Tensor4D, last: Tensor, factor: number): Tensor4D {
  return tf.tidy(() => {
    const distances = cosineDistances(target, given);
    const sorted = tf.topk(distances.reshape<Tensor2D>([1, -1]), distances.size).values.flatten();
    const least = tf.gather(sorted, last as Tensor1D);
    return tf.where(distances.less(least), factor, 1).expandDims(3);
  });
}

function unit(rows: Tensor2D): Tensor2D {
  return rows.div(rows.square().sum(1, true).maximum(SMALLEST).sqrt());
}

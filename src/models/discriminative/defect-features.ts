import { avgPool } from '../../ops/pool.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { DefectSource, FitSource } from '../detector.js';

/** The share of a place that makes it defective. */
const HALF = 0.5;

/** Pictures with their masks as a fourth channel, so that both are kept and shuffled as one. */
export function withMasks(defects: DefectSource): FitSource {
  return {
    count: defects.count,
    async *batches() {
      for await (const { pixels, masks, ...batch } of defects.batches()) {
        const joined = tf.concat([pixels, masks], 3);
        tf.dispose([pixels, masks]);
        yield { ...batch, pixels: joined };
      }
    },
  };
}

/**
 * Features of pictures with masks, and the masks on the grid of the features as their last channel.
 *
 * @param joined `[n, h, w, 4]` of `withMasks`, borrowed
 * @returns `[n, gh, gw, d + 1]`, owned by the caller
 */
export function embedWithMasks(joined: Tensor4D, embed: (pixels: Tensor4D) => Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const [pixels, masks] = tf.split(joined, [3, 1], 3) as Tensor4D[];
    const features = embed(pixels);
    return tf.concat([features, onGrid(masks, joined.shape[1] / features.shape[1])], 3);
  });
}

/**
 * @param masks `[n, h, w, 1]`: the share of every pixel that is defective, -1 where nothing is known; borrowed
 * @returns `[n, h / stride, w / stride, 1]`: 1 at defective places, 0 at good ones, -1 where nothing is known. A place is defective when half
 *   of it is, or as much of it as of any place of the picture: no defect is too small to be there
 */
export function onGrid(masks: Tensor4D, stride: number): Tensor4D {
  return tf.tidy(() => {
    const shares = avgPool(masks, { size: stride, stride });
    const most = shares.max([1, 2, 3], true);
    const defective = shares.greaterEqual(tf.minimum(most, HALF)).toFloat();
    // A tile without a defect has none of it.
    return tf.where(most.less(0), -1, defective.mul(most.greater(0))) as Tensor4D;
  });
}

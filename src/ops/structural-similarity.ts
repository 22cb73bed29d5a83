import { tf, type Tensor4D } from '../runtime/tf.js';
import { ShapeError } from '../errors.js';

export interface SimilarityWindow {
  /** Side of the window in pixels, odd. */
  readonly side: number;
  /** Standard deviation of its Gaussian weights, in pixels. */
  readonly sigma: number;
}

/** As in the paper. */
const WANG: SimilarityWindow = { side: 11, sigma: 1.5 };
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/**
 * Structural similarity of pictures of values from 0 to 1, place by place and channel by channel, in a Gaussian window (Wang et al., Image
 * Quality Assessment, 2004). Differentiable. The border is mirrored, so that the result is as large as the pictures.
 *
 * @param a `[n, h, w, c]`, borrowed
 * @param b of the same shape, borrowed
 * @returns `[n, h, w, c]`, 1 = alike, owned by the caller
 * @throws ShapeError when a side is not longer than half of the window
 */
export function structuralSimilarity(a: Tensor4D, b: Tensor4D, { side, sigma } = WANG): Tensor4D {
  const [n, h, w, c] = a.shape;
  const edge = (side - 1) / 2;
  if (Math.min(h, w) <= edge) {
    throw new ShapeError(`structuralSimilarity: expected sides of more than ${edge} pixels, got ${h} x ${w}`);
  }
  return tf.tidy(() => {
    const weights = gaussianWeights(side, sigma);
    const down = tf.tensor4d(weights, [side, 1, 1, 1]);
    const across = tf.tensor4d(weights, [1, side, 1, 1]);
    /** Every channel is a picture of its own. */
    const apart = (x: Tensor4D) => x.transpose([0, 3, 1, 2]).reshape([n * c, h, w, 1]) as Tensor4D;
    const blurred = (x: Tensor4D) => {
      const framed = tf.mirrorPad(x, [[0, 0], [edge, edge], [edge, edge], [0, 0]], 'reflect'); // prettier-ignore
      return tf.conv2d(tf.conv2d(framed, down, 1, 'valid'), across, 1, 'valid');
    };
    const [x, y] = [apart(a), apart(b)];
    const [meanX, meanY] = [blurred(x), blurred(y)];
    const varianceX = blurred(x.square()).sub(meanX.square());
    const varianceY = blurred(y.square()).sub(meanY.square());
    const covariance = blurred(x.mul(y)).sub(meanX.mul(meanY));
    const light = meanX.mul(meanY).mul(2).add(C1).div(meanX.square().add(meanY.square()).add(C1));
    const structure = covariance.mul(2).add(C2).div(varianceX.add(varianceY).add(C2));
    return light.mul(structure).reshape([n, c, h, w]).transpose([0, 2, 3, 1]) as Tensor4D;
  });
}

function gaussianWeights(side: number, sigma: number): number[] {
  const edge = (side - 1) / 2;
  const weights = Array.from({ length: side }, (_, i) => Math.exp(-((i - edge) ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

import { tf, type Scalar, type Tensor1D, type Tensor3D } from '../../runtime/tf.js';
import type { Flowed, Scales } from './flow.js';

/**
 * The mean over the pictures of the negative logarithm of the density that a flow gives them, without its constant: half the squared
 * length of `z` less the logarithm of the determinant.
 */
export function negativeLogLikelihood({ z, logDet }: Flowed): Scalar {
  return tf.tidy(() => halfSquares(z).sub(logDet).mean() as Scalar);
}

/** Half the squared length of `z` over all scales, `[n]`; owned by the caller. */
export function halfSquares(z: Scales): Tensor1D {
  return tf.tidy(() => tf.addN(z.map((scale) => scale.square().sum([1, 2, 3]).mul(0.5))) as Tensor1D);
}

/** The mean over the channels of the squares of a scale, `[n, h, w]`; owned by the caller. */
export function meanSquares(scale: Scales[number]): Tensor3D {
  return tf.tidy(() => scale.square().mean(3) as Tensor3D);
}

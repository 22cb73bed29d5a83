import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import { unitLength } from '../memory-bank/unit-length.js';

/**
 * 1 - cosine of two features at every place, which is half the squared distance of the features at unit length; computed as the latter,
 * which loses no digits where they nearly agree.
 *
 * @param one `[n, h, w, c]`, borrowed
 * @param other of the same shape, borrowed
 * @returns `[n, h, w]`, from 0 to 2, owned by the caller
 */
export function cosineDistances(one: Tensor4D, other: Tensor4D): Tensor3D {
  return tf.tidy(() => unitLength(one).sub(unitLength(other)).square().sum(3).mul(0.5));
}

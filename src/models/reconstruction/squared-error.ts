import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';

/**
 * The squared error of every place, averaged over its channels.
 *
 * @param x `[n, h, w, c]`, borrowed
 * @param y of the same shape, borrowed
 * @returns `[n, h, w]`, owned by the caller
 */
export function squaredError(x: Tensor4D, y: Tensor4D): Tensor3D {
  return tf.tidy(() => x.sub(y).square().mean(3) as Tensor3D);
}

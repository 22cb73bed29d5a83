import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';

/**
 * Mirrors some of the pictures.
 *
 * @param x `[n, h, w, c]`, borrowed
 * @param chosen `[n]`: 1 for those that are mirrored, 0 for the others, borrowed
 * @param axis 1 = top to bottom, 2 = left to right
 * @returns of the shape of `x`, owned by the caller
 */
export function flip(x: Tensor4D, chosen: Tensor1D, axis: 1 | 2): Tensor4D {
  return tf.tidy(() => {
    const share = chosen.reshape<Tensor4D>([-1, 1, 1, 1]);
    return tf
      .reverse(x, axis)
      .mul(share)
      .add<Tensor4D>(x.mul(tf.sub(1, share)));
  });
}

import { ShapeError } from '../errors.js';
import { tf, type Tensor4D } from '../runtime/tf.js';

// ITU-R 601 luma in 15-bit fixed point: all sums stay below 2^24, so float32 holds them exactly on every backend.
const SHIFT = 2 ** 15;
const LUMA = [9798, 19235, 3735];

/**
 * ITU-R 601 luma in whole levels, bit for bit what OpenCV's `RGB2GRAY` gives for 8-bit pictures; a grey picture keeps its
 * values.
 *
 * @param pixels `[n, h, w, 3]` float32 0..255, R G B, borrowed
 * @returns `[n, h, w, 1]` float32, whole numbers 0..255, owned by the caller
 * @throws ShapeError if there are not 3 channels
 */
export function gray(pixels: Tensor4D): Tensor4D {
  if (pixels.shape[3] !== 3) {
    throw new ShapeError(`gray: expected pictures with 3 channels, got ${pixels.shape[3]}`);
  }
  return tf.tidy(() => {
    // Not a matrix product: TF32 would round the weights.
    const sum = tf.sum(pixels.mul(tf.tensor1d(LUMA)), -1, true);
    return sum
      .add(SHIFT / 2)
      .div(SHIFT)
      .floor() as Tensor4D;
  });
}

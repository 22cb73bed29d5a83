import { tf, type Tensor } from '../runtime/tf.js';

/** Pixels in one value: so many bits are exact in a float32, whatever a GPU does to its last digits. */
const BITS = 16;

/**
 * Packs a mask, so that less has to be read back: a bool takes a byte or more of its own, by the backend.
 *
 * @param mask bool of any shape, borrowed
 * @returns `[ceil(size / 16), 1]` float32 for `unpackMask`, owned by the caller
 */
export function packMask(mask: Tensor): Tensor {
  return tf.tidy(() => {
    const pixels = mask.toFloat().flatten();
    const missing = (BITS - (pixels.size % BITS)) % BITS;
    const whole = missing === 0 ? pixels : pixels.pad([[0, missing]]);
    const weights = tf.tensor2d(
      Array.from({ length: BITS }, (_, bit) => 2 ** bit),
      [BITS, 1],
    );
    return tf.matMul(whole.reshape([-1, BITS]), weights);
  });
}

/**
 * @param packed values of `packMask`
 * @param size pixels of the mask
 * @returns 0 or 1 a pixel
 */
export function unpackMask(packed: ArrayLike<number>, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < packed.length; i++) {
    for (let bits = Math.round(packed[i]), at = i * BITS; bits !== 0; bits >>= 1, at++) bytes[at] = bits & 1;
  }
  return bytes;
}

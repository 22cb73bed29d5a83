import { tf, type Tensor4D } from '../runtime/tf.js';

/** Values nearer than half of this to a tie count as the tie: resampling in float32 must not decide a grey level. */
const SNAP = 1024;

/**
 * Rounds to whole grey levels within 0..255.
 *
 * @param pixels `[n, h, w, c]` float32, borrowed
 * @param ties where x.5 goes: `up`, or to the `even` neighbour
 * @returns float32 of the same shape, owned by the caller
 */
export function quantize(pixels: Tensor4D, ties: 'up' | 'even'): Tensor4D {
  return tf.tidy(() => {
    const snapped = pixels.mul(SNAP).add(0.5).floor().div(SNAP);
    const whole = ties === 'up' ? snapped.add(0.5).floor() : tf.round(snapped);
    return whole.clipByValue(0, 255) as Tensor4D;
  });
}

import type { Random } from '../../runtime/random.js';
import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';

/** The share of red, green and blue in brightness, as torchvision has it. */
const GRAY = [0.2989, 0.587, 0.114];
const KINDS = 3;

/** For every picture a factor from .8 to 1.2 for one of brightness, contrast and saturation, `[n, 3]`, owned by the caller. */
export function drawJitter(n: number, random: Random): Tensor2D {
  const rows = Array.from({ length: n }, () => {
    const [kind, factor] = [random.below(KINDS), random.uniform(0.8, 1.2)];
    return Array.from({ length: KINDS }, (_, i) => (i === kind ? factor : 1));
  });
  return tf.tensor2d(rows, [n, KINDS]);
}

/**
 * Pictures with other brightness, contrast and saturation, as torchvision's `ColorJitter` makes them.
 *
 * @param pixels `[n, h, w, 3]`, 0..255, borrowed
 * @param factors of `drawJitter`, borrowed
 * @returns of the shape of `pixels`, owned by the caller
 */
export function jitter(pixels: Tensor4D, factors: Tensor2D): Tensor4D {
  return tf.tidy(() => {
    const n = pixels.shape[0];
    const [brightness, contrast, saturation] = tf
      .split(factors, KINDS, 1)
      .map((factor) => factor.reshape<Tensor4D>([n, 1, 1, 1]));
    const weights = tf.tensor1d(GRAY);
    const clamped = (x: Tensor4D) => tf.clipByValue(x, 0, 255);
    const gray = (x: Tensor4D) => x.mul<Tensor4D>(weights).sum<Tensor4D>(3, true);
    const blended = (x: Tensor4D, other: Tensor4D, factor: Tensor4D) => clamped(other.add(x.sub(other).mul(factor)));
    const bright = clamped(pixels.mul(brightness));
    const contrasted = blended(bright, gray(bright).mean([1, 2], true), contrast);
    return blended(contrasted, gray(contrasted), saturation);
  });
}

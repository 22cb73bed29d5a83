import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';

/** One number for every picture, `[n]`; null leaves that part of the tone alone. */
export interface Tone {
  /** The exponent of the values. */
  readonly gamma: Tensor1D | null;
  /** How many times as far values lie from the mean of their picture. */
  readonly contrast: Tensor1D | null;
  /** What is added, in grey levels. */
  readonly brightness: Tensor1D | null;
}

const WHITE = 255;

/**
 * Changes the tone of pictures: gamma first, then contrast, then brightness, cut at black and white after each.
 *
 * @param x `[n, h, w, c]`, 0..255, borrowed
 * @param tone borrowed
 * @returns of the shape of `x`, owned by the caller
 */
export function changeTone(x: Tensor4D, { gamma, contrast, brightness }: Tone): Tensor4D {
  return tf.tidy(() => {
    const each = (value: Tensor1D) => value.reshape<Tensor4D>([-1, 1, 1, 1]);
    const cut = (y: Tensor4D) => tf.clipByValue(y, 0, WHITE) as Tensor4D;
    let y = x.clone() as Tensor4D;
    if (gamma !== null) y = cut(cut(y).div<Tensor4D>(WHITE).pow<Tensor4D>(each(gamma)).mul<Tensor4D>(WHITE));
    if (contrast !== null) {
      const mean = y.mean([1, 2, 3], true);
      y = cut(y.sub<Tensor4D>(mean).mul<Tensor4D>(each(contrast)).add<Tensor4D>(mean));
    }
    if (brightness !== null) y = cut(y.add(each(brightness)));
    return y;
  });
}

import { tf, type Tensor, type Tensor3D } from '../runtime/tf.js';

/**
 * How many grey levels lie between the bright and the dark part of a picture: the difference of the means above and below the mean (one
 * step of Ridler and Calvard 1978). A print in two levels gives the distance of the two.
 *
 * @param pictures `[n, h, w]` float32, borrowed
 * @returns `[n, 1, 1]`, 0 for a flat picture, owned by the caller
 */
export function patternContrast(pictures: Tensor3D): Tensor3D {
  return tf.tidy(() => {
    const mean = (x: Tensor) => tf.mean(x, [1, 2], true);
    const middle = mean(pictures);
    const bright = pictures.greater(middle).toFloat();
    const dark = tf.sub(1, bright);
    const level = (part: Tensor) => mean(pictures.sub(middle).mul(part)).div(mean(part).maximum(1e-12));
    return level(bright).sub<Tensor3D>(level(dark));
  });
}

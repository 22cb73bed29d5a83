import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';

/**
 * Turns pictures by quarters, every one by its own number of them.
 *
 * @param x `[n, h, w, c]`, borrowed
 * @param quarters `[n, 4]`: 1 in the column of 0, 1, 2 or 3 quarters counter-clockwise, 0 in the others; borrowed. 1 and 3 need squares
 * @returns of the shape of `x`, owned by the caller
 */
export function quarterTurns(x: Tensor4D, quarters: Tensor2D): Tensor4D {
  return tf.tidy(() => {
    const [, h, w] = x.shape;
    const half = tf.reverse(x, [1, 2]);
    const sides = h === w ? [x.transpose([0, 2, 1, 3])] : [];
    const turned = sides.flatMap((side) => [tf.reverse(side, 1), tf.reverse(side, 2)]);
    const [one, three] = turned.length > 0 ? turned : [x, x];
    const shares = tf.split(quarters, 4, 1).map((share) => share.reshape([-1, 1, 1, 1]));
    return tf.addN([x, one, half, three].map((picture, k) => picture.mul<Tensor4D>(shares[k])));
  });
}

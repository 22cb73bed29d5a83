import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';

/**
 * Blurs pictures, every one by its own row of weights, down and across; what lies beyond the edge is its mirror image without the edge.
 *
 * @param x `[n, h, w, c]`, borrowed
 * @param weights `[n, 2 r + 1]` with r below both sides, borrowed
 * @returns of the shape of `x`, owned by the caller
 */
export function blur(x: Tensor4D, weights: Tensor2D): Tensor4D {
  const [n, taps] = weights.shape;
  const radius = (taps - 1) / 2;
  return tf.tidy(() => {
    const shares = tf.split(weights, taps, 1).map((share) => share.reshape<Tensor4D>([n, 1, 1, 1]));
    return [1, 2].reduce((y, axis) => {
      const frame = [0, 1, 2, 3].map((k): [number, number] => (k === axis ? [radius, radius] : [0, 0]));
      const padded = tf.mirrorPad(y, frame, 'reflect');
      const shifted = (by: number) =>
        tf.slice(
          padded,
          [0, 1, 2, 3].map((k) => (k === axis ? by : 0)),
          y.shape,
        );
      return tf.addN(shares.map((share, by) => shifted(by).mul(share))) as Tensor4D;
    }, x);
  });
}

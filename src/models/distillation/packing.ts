import { tf, type Tensor4D } from '../../runtime/tf.js';

/** The shape of what a picture has of one of the tensors: height, width, channels. */
export type PackedShape = readonly [height: number, width: number, channels: number];

/**
 * Several tensors of a picture as one row, so that they are kept and shuffled together.
 *
 * @param tensors `[n, h, w, c]` each, borrowed
 * @returns `[n, 1, 1, sum of h w c]`, owned by the caller
 */
export function pack(tensors: readonly Tensor4D[]): Tensor4D {
  const [n] = tensors[0].shape;
  return tf.tidy(() =>
    tf
      .concat(
        tensors.map((tensor) => tensor.reshape([n, -1])),
        1,
      )
      .reshape([n, 1, 1, -1]),
  );
}

/**
 * What `pack` packed.
 *
 * @param packed borrowed
 * @returns owned by the caller
 */
export function unpack(packed: Tensor4D, shapes: readonly PackedShape[]): Tensor4D[] {
  const [n] = packed.shape;
  return tf.tidy(() => {
    const sizes = shapes.map(([h, w, c]) => h * w * c);
    const parts = tf.split(packed.reshape([n, -1]), sizes, 1);
    return parts.map((part, i) => part.reshape([n, ...shapes[i]]) as Tensor4D);
  });
}

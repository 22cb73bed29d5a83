import { tf, type Tensor } from '../../runtime/tf.js';

export type Activation = 'linear' | 'relu' | 'silu' | 'sigmoid' | 'hardswish' | 'hardsigmoid' | 'gelu';

/**
 * The activations of torch's networks. `gelu` is the exact one, by the error function; the hard ones are those of MobileNetV3 (Howard
 * et al. 2019): `relu6(x + 3) / 6` in place of the sigmoid.
 *
 * @param x borrowed
 * @returns owned by the caller; for `linear` another reference to the same values
 */
export function activate<T extends Tensor>(x: T, activation: Activation): T {
  return tf.tidy(() => {
    switch (activation) {
      case 'linear':
        return x.clone() as T;
      case 'relu':
        return tf.relu(x);
      case 'sigmoid':
        return tf.sigmoid(x);
      case 'silu':
        return x.mul(tf.sigmoid(x)) as T;
      case 'hardsigmoid':
        return hardSigmoid(x);
      case 'hardswish':
        return x.mul(hardSigmoid(x)) as T;
      case 'gelu':
        return x.mul(tf.erf(x.mul(Math.SQRT1_2)).add(1).mul(0.5)) as T;
    }
  });
}

/** Written as a clipping: TensorFlow's optimiser mistakes the usual form for one that it can fuse, and gives up on the whole graph. */
function hardSigmoid<T extends Tensor>(x: T): T {
  return tf.clipByValue(x.mul(1 / 6).add(0.5) as T, 0, 1);
}

import { tf, type Tensor3D } from '../runtime/tf.js';
import type { BorderMode } from './border-index.js';
import { mirrorBorder } from './mirror-border.js';

/** Weights along one axis; tap `anchor` lies on the output pixel. */
export interface Taps {
  readonly weights: ArrayLike<number>;
  readonly anchor: number;
}

/**
 * Correlates maps with the outer product of two tap rows, one axis after the other, in float32.
 *
 * @param maps `[n, h, w]` float32, borrowed
 * @returns `[n, h, w]` float32, owned by the caller
 */
export function separableFilter(maps: Tensor3D, vertical: Taps, horizontal: Taps, border: BorderMode): Tensor3D {
  const [n, h, w] = maps.shape;
  const tall = vertical.weights.length;
  const wide = horizontal.weights.length;
  const frame = {
    top: vertical.anchor,
    bottom: tall - 1 - vertical.anchor,
    left: horizontal.anchor,
    right: wide - 1 - horizontal.anchor,
  };
  return tf.tidy(() => {
    const padded = mirrorBorder(maps, frame, border).as4D(n, h + tall - 1, w + wide - 1, 1);
    const down = tf.tensor4d(Float32Array.from(vertical.weights), [tall, 1, 1, 1]);
    const across = tf.tensor4d(Float32Array.from(horizontal.weights), [1, wide, 1, 1]);
    // Depthwise kernels add plainly on a GPU too; a general convolution may take TF32 or a Fourier transform there, and whole
    // numbers would not stay whole.
    const filtered = tf.depthwiseConv2d(tf.depthwiseConv2d(padded, down, 1, 'valid'), across, 1, 'valid');
    return filtered.as3D(n, h, w);
  });
}

import { ShapeError } from '../errors.js';
import { tf, type Tensor4D } from '../runtime/tf.js';

export interface ChannelStatistics {
  /** One value a channel, on the 0..1 scale. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Of the pictures that the usual backbones were trained on. */
export const IMAGENET: ChannelStatistics = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/**
 * `(pixels / 255 - mean) / std` for every channel, as one product and one sum.
 *
 * @param pixels `[n, h, w, c]` float32 0..255, borrowed
 * @returns `[n, h, w, c]` float32, owned by the caller
 * @throws ShapeError if the number of channels differs, or a standard deviation is not above 0
 */
export function normalize(pixels: Tensor4D, { mean, std }: ChannelStatistics): Tensor4D {
  const channels = pixels.shape[3];
  if (mean.length !== channels || std.length !== channels || !std.every((s) => s > 0)) {
    throw new ShapeError(
      `normalize: expected a mean and a standard deviation above 0 for each of ${channels} channels, got [${mean}] and [${std}]`,
    );
  }
  return tf.tidy(() => {
    const scale = tf.tensor1d(std.map((s) => 1 / (255 * s)));
    const shift = tf.tensor1d(std.map((s, i) => -mean[i] / s));
    return pixels.mul(scale).add(shift) as Tensor4D;
  });
}

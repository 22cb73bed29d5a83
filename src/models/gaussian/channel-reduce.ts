import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { ChannelReduce } from './channel-rule.js';

/**
 * Brings the channels of every pixel to one value.
 *
 * @param values `[n, h, w, c]` float32, 0 or more, borrowed
 * @returns `[n, h, w]` float32, owned by the caller
 */
export function reduceChannels(values: Tensor4D, how: ChannelReduce): Tensor3D {
  if (values.shape[3] === 1) return values.squeeze<Tensor3D>([3]);
  if (how === 'max') return tf.max(values, 3) as Tensor3D;
  if (how === 'mean') return tf.mean(values, 3) as Tensor3D;
  return tf.tidy(() => tf.sqrt(tf.mean(tf.square(values), 3)) as Tensor3D);
}

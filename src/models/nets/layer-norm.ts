import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { Module } from './module.js';
import { constant } from './starts.js';

/** Layer normalisation of the channels of every place (Ba, Kiros and Hinton 2016), with torch's names. */
export function layerNorm(name: string, channels: number, epsilon: number): Module {
  const [weight, bias] = [`${name}.weight`, `${name}.bias`];
  return {
    trained: [constant(weight, [channels], 1), constant(bias, [channels], 0)],
    statistics: [],
    apply: (x, { values }) =>
      tf.tidy(() => {
        const centred = x.sub(x.mean(3, true));
        const scale = tf.rsqrt(centred.square().mean(3, true).add(epsilon));
        return centred.mul(scale).mul(values[weight]).add<Tensor4D>(values[bias]);
      }),
  };
}

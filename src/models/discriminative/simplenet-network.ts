import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { convolution } from '../nets/convolution.js';
import type { Module } from '../nets/module.js';
import type { FeatureNet } from './feature-net.js';
import { gaussianNoise } from '../../ops/gaussian-noise.js';
import { placeDiscriminator } from './place-discriminator.js';
import type { SimpleNetParams } from './simplenet-params.js';
import { truncatedL1 } from './truncated-l1.js';

export type SimpleNetRule = Pick<
  SimpleNetParams,
  'hidden_dim' | 'noise_std' | 'noise_reach' | 'margin' | 'adaptor_rate' | 'score_top'
>;

/**
 * SimpleNet (Liu et al. 2023): a linear adaptor, and a discriminator that is to tell adapted features of good pictures from the same
 * features with noise. Both see single places.
 *
 * @param width values of a place
 */
export function simpleNetwork(rule: SimpleNetRule, width: number): FeatureNet {
  const adaptor = placeAdaptor(width);
  const discriminator = placeDiscriminator(width, rule.hidden_dim);
  return {
    modules: [adaptor, discriminator],
    rateOf: (name) => (name.startsWith('adaptor.') ? rule.adaptor_rate : 1),
    draw: (random, shape) => [gaussianNoise(random, shape, rule)],
    loss: ({ features }, [noise], pass) => {
      const good = adaptor.apply(features, pass);
      // One batch, so that the batch normalisation sees both.
      const scores = discriminator.apply(tf.concat([good, good.add<Tensor4D>(noise)], 0), pass);
      const [n, h, w] = features.shape;
      const anomalous = tf.concat([tf.zeros([n, h, w, 1]), tf.ones([n, h, w, 1])], 0);
      return { total: truncatedL1(scores, anomalous, rule.margin) };
    },
    judge: (features, pass) => {
      const maps = discriminator.apply(adaptor.apply(features, pass), pass).squeeze<Tensor3D>([3]);
      return { scores: highestPlaces(maps, rule.score_top), maps };
    },
  };
}

/** A linear layer for every place, which brings the features of the backbone nearer to the pictures at hand. */
export function placeAdaptor(width: number): Module {
  return convolution({ name: 'adaptor', from: width, to: width, size: 1, start: 'glorot' });
}

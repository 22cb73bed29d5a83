import { topMean } from '../../ops/top-mean.js';
import { tf, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { convolution } from '../nets/convolution.js';
import { plain } from '../nets/module.js';
import { rectified } from '../nets/rectified.js';
import { sequence } from '../nets/sequence.js';
import { deviationLoss } from './deviation-loss.js';
import type { DevNetParams } from './devnet-params.js';
import type { FeatureNet } from './feature-net.js';

export type DevNetRule = Pick<DevNetParams, 'hidden_dim' | 'score_top' | 'margin' | 'prior_scores'>;

/**
 * The deviation network of pictures (Pang et al. 2021): every place has a score of its own, of which the highest are the picture's. It learns from
 * the labels of whole pictures alone.
 *
 * @param width values of a place
 */
export function devNetwork(rule: DevNetRule, width: number): FeatureNet {
  const { hidden_dim, score_top, margin, prior_scores } = rule;
  const places = sequence([
    convolution({ name: 'learner', from: width, to: hidden_dim, size: 1 }),
    rectified,
    convolution({ name: 'scorer', from: hidden_dim, to: 1, size: 1, start: 'torch' }),
    plain((x) => x.abs()),
  ]);
  return {
    modules: [places],
    draw: (random) => [tf.tensor1d(Float32Array.from({ length: prior_scores }, () => random.normal()))],
    loss: ({ features, labels }, [reference], pass) => {
      const [n, h, w] = features.shape;
      const rows = places.apply(features, pass).reshape<Tensor2D>([n, h * w]);
      const scores = topMean(rows, Math.ceil(h * w * score_top));
      return { total: deviationLoss(scores, labels, reference as Tensor1D, margin) };
    },
    judge: (features: Tensor4D, pass) => {
      const maps = places.apply(features, pass).squeeze<Tensor3D>([3]);
      return { scores: highestPlaces(maps, score_top), maps };
    },
  };
}

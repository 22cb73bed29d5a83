import type { Random } from '../../runtime/random.js';
import { perlinMask } from '../../ops/perlin-mask.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import { batchNorm } from '../nets/batch-norm.js';
import { convolution } from '../nets/convolution.js';
import { plain, type Module, type Pass } from '../nets/module.js';
import { sequence } from '../nets/sequence.js';
import { constant } from '../../ops/constant.js';
import type { FeatureBatch, FeatureNet } from './feature-net.js';
import { focalLoss } from './focal-loss.js';
import { gaussianNoise } from '../../ops/gaussian-noise.js';
import { placeAdaptor } from './simplenet-network.js';
import type { SuperSimpleNetParams } from './supersimplenet-params.js';
import { truncatedL1 } from './truncated-l1.js';

export type SuperSimpleNetRule = Pick<
  SuperSimpleNetParams,
  | 'hidden_dim'
  | 'cls_dim'
  | 'adapt_cls_features'
  | 'noise_std'
  | 'noise_reach'
  | 'perlin_threshold'
  | 'margin'
  | 'focal_gamma'
  | 'adaptor_rate'
>;

/** Side of the window of the head that judges the whole picture. */
const WINDOW = 5;
/** The share of Perlin masks that are left empty. */
const EMPTY = 0.5;

/**
 * SuperSimpleNet (Rolih et al. 2024): a head that judges places, and one that judges the picture from the features and that map. Every
 * picture is there twice in a step, each time with noise of its own where a Perlin mask says so, or with none.
 *
 * @param width values of a place
 * @param supervised whether there are labelled defects; without them, the picture's head does not teach the places' one
 */
export function superSimpleNetwork(rule: SuperSimpleNetRule, width: number, supervised: boolean): FeatureNet {
  const { hidden_dim, cls_dim, adapt_cls_features } = rule;
  const adaptor = placeAdaptor(width);
  const places = sequence([
    ...layer('places.hidden', width, hidden_dim, 1),
    convolution({ name: 'places.tail', from: hidden_dim, to: 1, size: 1, bias: false, start: 'glorot' }),
  ]);
  const context = sequence(layer('picture.hidden', width + 1, cls_dim, WINDOW));
  const tail = convolution({ name: 'picture.tail', from: 2 * cls_dim + 2, to: 1, size: 1, start: 'glorot' });

  /** `[n, gh, gw, 1]` and `[n]`: logits of the places and of the pictures. */
  function judge(features: Tensor4D, adapted: Tensor4D, pass: Pass): { maps: Tensor4D; scores: Tensor1D } {
    const maps = places.apply(adapted, pass);
    const seen = pass.training && !supervised ? constant((map) => map.clone(), maps) : maps;
    const around = context.apply(tf.concat([adapt_cls_features ? adapted : features, seen as Tensor4D], 3), pass);
    const pooled = [around.max([1, 2]), around.mean([1, 2]), seen.max([1, 2]), seen.mean([1, 2])] as Tensor2D[];
    const row = tf.concat(pooled, 1).expandDims(1).expandDims<Tensor4D>(1);
    return { maps, scores: tail.apply(row, pass).flatten() };
  }

  return {
    modules: [adaptor, places, context, tail],
    rateOf: (name) => (name.startsWith('adaptor.') ? rule.adaptor_rate : 1),
    draw: (random, [n, h, w, d]) => [
      gaussianNoise(random, [2 * n, h, w, d], rule),
      drawMasks(random, [2 * n, h, w, 1], rule.perlin_threshold),
    ],
    loss: (batch, [noise, drawn], pass) => {
      const { features, masks, labels } = twice(batch);
      const adapted = twiceOver(adaptor.apply(batch.features, pass));
      const known = masks.greaterEqual(0).toFloat();
      const defective = masks.relu();
      const spoiled = (drawn as Tensor4D).mul<Tensor4D>(tf.sub(1, defective));
      const change = noise.mul<Tensor4D>(spoiled);
      const { maps, scores } = judge(features.add(change), adapted.add(change), pass);
      const anomalous = tf.maximum(defective, spoiled);
      const counted = tf.maximum(known, spoiled);
      const bad = tf.maximum(labels, spoiled.max([1, 2, 3]));
      const parts = {
        places_focal: focalLoss(maps, anomalous, rule.focal_gamma, counted),
        places_l1: truncatedL1(maps, anomalous, rule.margin, counted),
        picture_focal: focalLoss(scores, bad, rule.focal_gamma),
      };
      return { total: tf.addN(Object.values(parts)), parts };
    },
    judge: (features, pass) => {
      const { maps, scores } = judge(features, adaptor.apply(features, pass), pass);
      return { scores, maps: maps.squeeze<Tensor3D>([3]) };
    },
  };
}

function layer(name: string, from: number, to: number, size: number): Module[] {
  return [
    convolution({ name, from, to, size, start: 'glorot' }),
    batchNorm(`${name}.norm`, to),
    plain((x) => tf.relu(x)),
  ];
}

function twice({ features, masks, labels }: FeatureBatch): FeatureBatch {
  return { features: twiceOver(features), masks: twiceOver(masks), labels: twiceOver(labels) };
}

function twiceOver<T extends Tensor>(x: T): T {
  return tf.concat([x, x], 0) as T;
}

function drawMasks(random: Random, shape: [number, number, number, 1], threshold: number): Tensor4D {
  const [n, h, w] = shape;
  const masks = new Float32Array(n * h * w);
  for (let i = 0; i < n; i++) {
    if (random.uniform() >= EMPTY) masks.set(perlinMask(random, h, w, { threshold }), i * h * w);
  }
  return tf.tensor4d(masks, shape);
}

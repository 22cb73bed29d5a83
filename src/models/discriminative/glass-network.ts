import { constant } from '../../ops/constant.js';
import { tf, type Tensor, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import { meanOfHighest } from '../distillation/mean-of-highest.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import type { Pass } from '../nets/module.js';
import type { Loss } from '../training/training-task.js';
import type { FeatureJudge } from './feature-judge.js';
import { focalLoss, focalLosses } from './focal-loss.js';
import type { GlassParams } from './glass-params.js';
import { hardAnomalies, type AscentRule } from './hard-anomalies.js';
import { placeDiscriminator } from './place-discriminator.js';
import { quantileOf } from './quantile-of.js';
import { placeAdaptor } from './simplenet-network.js';
import { lengthsOf, withinShell } from './within-shell.js';

export type GlassRule = AscentRule &
  Pick<
    GlassParams,
    | 'hidden_dim'
    | 'noise_std'
    | 'radius'
    | 'radius_quantile'
    | 'hard_quantile'
    | 'focal_gamma'
    | 'adaptor_rate'
    | 'score_top'
  >;

/** What a step sees, `[n, gh, gw, ...]`; borrowed. */
export interface GlassBatch {
  /** Features of good pictures. */
  readonly features: Tensor4D;
  /** Features of the same pictures with local anomalies. */
  readonly overlaid: Tensor4D;
  /** 1 at places with a local anomaly, `[n, gh, gw, 1]`. */
  readonly masks: Tensor4D;
  readonly noise: Tensor4D;
  /** `[1, gh, gw, d]`: the mean of good features at every place, of the hypersphere hypothesis; null = manifold. */
  readonly center: Tensor4D | null;
}

export interface GlassNetwork extends FeatureJudge {
  /** The mean loss of a batch; plain tfjs that reads nothing back. */
  loss(batch: GlassBatch, pass: Pass): Loss;
}

/** The outer radius of a shell in inner ones. */
const TIMES = 2;

/**
 * GLASS (Chen et al. 2024): an adaptor, and a discriminator that is to tell good places from anomalies near them, made by gradient ascent, and from
 * places of anomalies laid over the picture.
 *
 * @param width values of a place
 */
export function glassNetwork(rule: GlassRule, width: number): GlassNetwork {
  const adaptor = placeAdaptor(width);
  const discriminator = placeDiscriminator(width, rule.hidden_dim);
  const length = rule.noise_std * Math.sqrt(width);
  const ascent = { ...rule, ascent_rate: rule.ascent_rate * length };
  return {
    modules: [adaptor, discriminator],
    rateOf: (name) => (name.startsWith('adaptor.') ? rule.adaptor_rate : 1),
    loss: ({ features, overlaid, masks, noise, center }, pass) => {
      const good = adaptor.apply(features, pass);
      const made = adaptor.apply(overlaid, pass);
      const middle = center === null ? null : around(adaptor.apply(center, pass), good);
      const least = middle === null ? tf.scalar(rule.radius * length) : farOff(good, middle);
      const shell = { origin: middle ?? good, least, times: TIMES };
      const global = good.add<Tensor4D>(hardAnomalies(good, noise, shell, pass, ascent));
      const local = middle === null ? made : pushed(made, middle, least.mul(TIMES), masks);
      // One batch, so that the batch normalisation sees all of them.
      const scores = discriminator.apply(tf.concat([good, global, local], 0), pass);
      const [ofGood, ofGlobal, ofLocal] = tf.split(scores, 3, 0);
      const parts = {
        good: focalLoss(ofGood, tf.zerosLike(ofGood), 0),
        global: focalLoss(ofGlobal, tf.onesLike(ofGlobal), 0),
        local: meanOfHighest(focalLosses(ofLocal, masks, rule.focal_gamma), rule.hard_quantile),
      };
      return { total: tf.addN(Object.values(parts)), parts };
    },
    judge: (features, pass) => {
      // Not their sigmoid, which is 1 for all that is far off.
      const maps = discriminator.apply(adaptor.apply(features, pass), pass).squeeze<Tensor3D>([3]);
      return { scores: highestPlaces(maps, rule.score_top), maps };
    },
  };

  /** The distance from the middle within which most good features are. */
  function farOff(good: Tensor4D, middle: Tensor4D): Tensor {
    return constant((x, y) => quantileOf(lengthsOf(x.sub(y)), rule.radius_quantile), good, middle);
  }
}

/** The middle for every picture, which gradients take for a constant. */
function around(center: Tensor4D, good: Tensor4D): Tensor4D {
  return constant((x, like) => x.add<Tensor4D>(tf.zerosLike(like)), center, good);
}

/** Places of local anomalies at a distance from the middle at which no good ones are; the others as they are. */
function pushed(made: Tensor4D, middle: Tensor4D, least: Tensor, masks: Tensor4D): Tensor4D {
  const moved = middle.add(withinShell(made.sub(middle), least, TIMES));
  return moved.mul(masks).add(made.mul(tf.sub(1, masks)));
}

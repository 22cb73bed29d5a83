import { ConfigError } from '../../errors.js';
import { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { frameWidth } from '../backbones/frame-width.js';
import { framedFeatures } from '../backbones/framed-features.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { begin, scoring, type Pass } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { pictureOptions } from '../training/picture-options.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures } from '../training/training-pictures.js';
import type { Loss } from '../training/training-task.js';
import { cosineDistances } from './cosine-distances.js';
import { dinomalyNetwork, groupMeans, type DinomalyNetwork } from './dinomaly-network.js';
import type { DinomalyParams } from './dinomaly-params.js';
import { fuseMaps } from './fuse-maps.js';
import { looseCosineLoss } from './loose-cosine-loss.js';

const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'groups',
  'decoder_layers',
  'heads',
] as const;

const HEAD = 64;

/** Dinomaly (Guo et al., CVPR 2025): a decoder behind a noisy bottleneck that gives back the features of a fixed encoder. */
export class Dinomaly extends FeatureDetector<DinomalyParams> {
  private readonly frame: number;
  private readonly groups: number;
  private readonly network: DinomalyNetwork;

  /** @param extractor owned by the detector from now on */
  constructor(params: DinomalyParams, extractor: FeatureExtractor) {
    super('vision_dinomaly', params, extractor, FEATURE_KEYS);
    const { taps } = extractor;
    const [{ stride, channels: width }] = taps;
    const other = taps.find((tap) => tap.stride !== stride || tap.channels !== width);
    if (other !== undefined) {
      throw new ConfigError(
        `backbone.layers: ${this.name} needs layers of one grid and one width, as a vision transformer has them, but "${taps[0].name}" has ` +
          `${width} channels every ${stride} pixels and "${other.name}" ${other.channels} every ${other.stride}`,
      );
    }
    const { decoder_layers: layers, dropout, heads = null } = params;
    this.groups = Math.min(params.groups, taps.length);
    if (layers < this.groups) {
      throw new ConfigError(`decoder_layers: expected ${this.groups} or more, one a group, got ${layers}`);
    }
    if (heads !== null && width % heads !== 0) {
      throw new ConfigError(
        `heads: expected a number that divides the ${width} channels of the backbone, got ${heads}`,
      );
    }
    this.frame = frameWidth(extractor, params.context);
    this.network = dinomalyNetwork({ width, layers, heads: heads ?? headsOf(width), groups: this.groups, dropout });
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const train = requireTrainer(context, this.name);
    const { training } = this.params;
    const pictures = await TrainingPictures.collect(source, context, {
      ...pictureOptions(this.name, training),
      embed: (pixels) => tf.tidy(() => tf.concat(this.seen(pixels), 3)),
    });
    try {
      const { heldOut, stepsPerEpoch } = pictures;
      const { values } = await train(
        {
          name: this.name,
          rule: training,
          start: begin(this.network.trained, new Random(context.seed).fork('decoder')),
          stepsPerEpoch,
          batches: (epoch, random) =>
            this.steps(pictures.batches(random.fork('order')), epoch * stepsPerEpoch, random.fork('dropout')),
          loss: ([seen, last, ...masks], pass) => this.lossOf(seen as Tensor4D, last, masks, pass),
          heldOut: heldOut === null ? undefined : () => this.steps(heldOut(), Infinity, null),
        },
        context,
      );
      return values;
    } finally {
      pictures.dispose();
    }
  }

  protected scorerOf(learned: LearnedTensors): Scorer {
    const shapes = this.network.trained.map(({ name, shape }) => [name, shape] as const);
    requireLearned(this.name, learned, Object.fromEntries(shapes));
    const pass = scoring(learned);
    return compiledScorer(
      this.name,
      (x) => {
        const seen = this.seen(x as Tensor4D);
        const given = this.network.apply(mean(seen), pass, null);
        const maps = fuseMaps(
          seen.map((group, i) => cosineDistances(group, given[i])),
          'mean',
        );
        return [highestPlaces(maps, this.params.score_top), maps];
      },
      this.extractor,
    );
  }

  /** Means of the encoder's layers, a group each. */
  private seen(pixels: Tensor4D): Tensor4D[] {
    return groupMeans(framedFeatures(this.extractor, this.frame, pixels), this.groups);
  }

  /** @param random null = nothing is dropped */
  private async *steps(
    batches: AsyncIterable<Tensor4D>,
    first: number,
    random: Random | null,
  ): AsyncIterable<Tensor[]> {
    const { easy_share, easy_steps } = this.params;
    let step = first;
    for await (const seen of batches) {
      const [n, h, w, width] = seen.shape;
      const easy = easy_share * Math.min(1, step++ / easy_steps);
      const hard = Math.max(1, Math.floor(n * h * w * (1 - easy)));
      const masks = random === null ? [] : this.network.draw([n, h, w, width / this.groups], random);
      yield [seen, tf.tensor1d([hard - 1], 'int32'), ...masks];
    }
  }

  private lossOf(joined: Tensor4D, last: Tensor, masks: readonly Tensor[], pass: Pass): Loss {
    const seen = tf.split(joined, this.groups, 3) as Tensor4D[];
    const given = this.network.apply(mean(seen), pass, masks.length === 0 ? null : masks);
    const { easy_factor } = this.params;
    const losses = seen.map((group, i) => looseCosineLoss(group, given[i], last, easy_factor));
    const total = tf.addN(losses).div<Scalar>(losses.length);
    return { total, parts: Object.fromEntries(losses.map((loss, i) => [`group${i + 1}`, loss])) };
  }
}

/** Groups count alike, whether or not they have as many layers. */
function mean(groups: readonly Tensor4D[]): Tensor4D {
  return tf.addN([...groups]).div<Tensor4D>(groups.length);
}

/** As many as have `HEAD` channels each, or the next fewer that divide the width. */
function headsOf(width: number): number {
  let heads = Math.max(1, Math.round(width / HEAD));
  while (width % heads !== 0) heads--;
  return heads;
}

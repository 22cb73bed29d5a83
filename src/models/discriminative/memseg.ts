import { ConfigError, DataError } from '../../errors.js';
import { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor, type Tensor1D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { frameWidth } from '../backbones/frame-width.js';
import { framedFeatures } from '../backbones/framed-features.js';
import type { FitContext, FitSource } from '../detector.js';
import { ChannelScale } from '../distillation/channel-scale.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { subsetSource } from '../memory-bank/subset-source.js';
import { begin, scoring, type Pass } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures, type TrainingPicturesOptions } from '../training/training-pictures.js';
import { withDrawn, type Draw } from '../training/with-drawn.js';
import type { Loss } from '../training/training-task.js';
import { focalLoss } from './focal-loss.js';
import { drawAnomalies, withAnomalies } from './made-up-anomalies.js';
import { memsegNetwork, type MemsegNetwork } from './memseg-network.js';
import type { MemsegParams } from './memseg-params.js';
import { compareWithMemory, type MemoryLayer } from './picture-memory.js';

const FEATURE_KEYS = ['backbone', 'resize', 'interpolation', 'antialias', 'context', 'channels'] as const;
const BRIGHTEST = 255;

/** MemSeg (Yang, Wu and Feng 2023): segmentation of what differs from the most similar remembered good picture. */
export class Memseg extends FeatureDetector<MemsegParams> {
  private readonly frame: number;
  private readonly network: MemsegNetwork;

  /** @param extractor owned by the detector from now on */
  constructor(params: MemsegParams, extractor: FeatureExtractor) {
    super('vision_memseg', params, extractor, FEATURE_KEYS);
    const { taps } = extractor;
    const wrong = taps.findIndex((tap, i) => i > 0 && tap.stride <= taps[i - 1].stride);
    if (wrong > 0) {
      throw new ConfigError(
        `backbone.layers: ${this.name} needs every layer on a coarser grid than the one before, but "${taps[wrong].name}" has features every ` +
          `${taps[wrong].stride} pixels and "${taps[wrong - 1].name}" every ${taps[wrong - 1].stride}`,
      );
    }
    this.frame = frameWidth(extractor, params.context);
    this.network = memsegNetwork(taps, params.channels);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const train = requireTrainer(context, this.name);
    const { training, memory_samples } = this.params;
    if (source.count < 2) {
      throw new DataError(`${this.name}: expected 2 good pictures or more, one to remember and one to train on`);
    }
    const random = new Random(context.seed);
    const order = random.fork('memory').shuffled(Array.from({ length: source.count }, (_, i) => i));
    const remembered = Math.min(memory_samples, Math.floor(source.count / 2));
    const memory = await this.remember(subsetSource(source, new Set(order.slice(0, remembered))));
    const owned: TrainingPictures[] = [];
    const collect = async (
      from: FitSource,
      options: Pick<TrainingPicturesOptions, 'augment' | 'validationFraction'>,
    ) => {
      const { batch_size: batchSize, memory_mb: memoryMb } = training;
      const pictures = await TrainingPictures.collect(from, context, {
        ...options,
        name: this.name,
        batchSize,
        memoryMb,
      });
      owned.push(pictures);
      return pictures;
    };
    const draw: Draw = (...args) => this.draw(...args);
    try {
      const rest = subsetSource(source, new Set(order.slice(remembered)));
      const { augment, validation_fraction: validationFraction } = training;
      const pictures = await collect(rest, { augment, validationFraction });
      const others = context.others === undefined ? null : await collect(context.others, {});
      const { heldOut } = pictures;
      const { values } = await train(
        {
          name: this.name,
          rule: training,
          start: begin(this.network.trained, random.fork('start')),
          statistics: begin(this.network.statistics, random.fork('start')),
          stepsPerEpoch: pictures.stepsPerEpoch,
          batches: (_, from) => withDrawn(draw, pictures.batches(from.fork('order')), others, from.fork('anomalies')),
          loss: ([pixels, ...drawn], pass) => this.lossOf(pixels as Tensor4D, drawn, memory, pass),
          // The same anomalies every time, so that held-out losses can be compared.
          ...(heldOut === null ? {} : { heldOut: () => withDrawn(draw, heldOut(), others, random.fork('held out')) }),
        },
        context,
      );
      return { ...values, ...named(memory) };
    } catch (error) {
      tf.dispose(named(memory));
      throw error;
    } finally {
      owned.forEach((pictures) => pictures.dispose());
    }
  }

  protected scorerOf(learned: LearnedTensors): Scorer {
    const { taps } = this.extractor;
    const { height, width } = this.params.resize.size;
    const starts = [...this.network.trained, ...this.network.statistics];
    requireLearned(this.name, learned, {
      ...Object.fromEntries(starts.map(({ name, shape }) => [name, shape])),
      ...Object.fromEntries(
        taps.flatMap(({ channels, stride }, i): [string, (number | null)[]][] => [
          [`memory.${i}.mean`, [channels]],
          [`memory.${i}.std`, [channels]],
          [`memory.${i}.pictures`, [null, height / stride, width / stride, channels]],
        ]),
      ),
    });
    const memory = taps.map((_, i) => layerNamed(i, learned));
    const pass = scoring(learned);
    return compiledScorer(
      this.name,
      (x) => {
        const maps = tf.sigmoid(this.logits(x as Tensor4D, memory, pass)).squeeze<Tensor3D>([3]);
        return [highestPlaces(maps, this.params.score_top), maps];
      },
      this.extractor,
    );
  }

  private logits(pixels: Tensor4D, memory: readonly MemoryLayer[], pass: Pass): Tensor4D {
    const [, height, width] = pixels.shape;
    const seen = compareWithMemory(framedFeatures(this.extractor, this.frame, pixels), memory);
    return this.network.apply(seen, { height, width }, pass);
  }

  private lossOf(pixels: Tensor4D, drawn: readonly Tensor[], memory: readonly MemoryLayer[], pass: Pass): Loss {
    const { l1_weight, focal_weight, focal_gamma } = this.params;
    const spoiled = withAnomalies(pixels.div(BRIGHTEST), drawn).mul<Tensor4D>(BRIGHTEST);
    const logits = this.logits(spoiled, memory, pass);
    const parts = {
      l1: tf.sigmoid(logits).sub(drawn[0]).abs().mean() as Scalar,
      focal: focalLoss(logits, drawn[0], focal_gamma),
    };
    return { total: parts.l1.mul(l1_weight).add(parts.focal.mul(focal_weight)), parts };
  }

  private draw(shape: Tensor4D['shape'], random: Random, textures: Tensor4D | null): Tensor[] {
    const { anomaly_share: share, own_share: ownShare, max_beta } = this.params;
    const through = (drawing: Random) => drawing.uniform(0, max_beta);
    return drawAnomalies(shape, { share, ownShare, through }, random, textures);
  }

  /** @returns owned by the caller */
  private async remember(source: FitSource): Promise<MemoryLayer[]> {
    const scales = this.extractor.taps.map(() => new ChannelScale());
    const kept: Tensor4D[][] = scales.map(() => []);
    try {
      for await (const { pixels } of source.batches()) {
        const layers = framedFeatures(this.extractor, this.frame, pixels);
        pixels.dispose();
        layers.forEach((layer, i) => kept[i].push(layer));
        for (const [i, layer] of layers.entries()) await scales[i].add(layer);
      }
      for (const layer of kept.flat()) await this.requireFinite(layer);
      return scales.map((scale, i) => {
        const { mean, std } = scale.result();
        return { mean, std, pictures: tf.tidy(() => tf.concat(kept[i], 0).sub(mean).div<Tensor4D>(std)) };
      });
    } finally {
      tf.dispose(kept);
    }
  }
}

function named(memory: readonly MemoryLayer[]): LearnedTensors {
  return Object.fromEntries(
    memory.flatMap((layer, i) =>
      Object.entries(layer).map(([key, tensor]) => [`memory.${i}.${key}`, tensor as Tensor]),
    ),
  );
}

function layerNamed(i: number, learned: LearnedTensors): MemoryLayer {
  const [mean, std, pictures] = ['mean', 'std', 'pictures'].map((key) => learned[`memory.${i}.${key}`]);
  return { mean: mean as Tensor1D, std: std as Tensor1D, pictures: pictures as Tensor4D };
}

import { ConfigError } from '../../errors.js';
import { kMeans } from '../../ops/k-means.js';
import { NeighborIndex } from '../../ops/nearest.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { PatchEmbedding } from '../memory-bank/patch-embedding.js';
import { requireLearned } from '../require-learned.js';
import { TrainingPictures } from '../training/training-pictures.js';
import type { CfaWeights } from './cfa-loss.js';
import type { CfaParams } from './cfa-params.js';
import { describePatches, randomDescriptor, withCoordinates } from './descriptor.js';
import { MeanFeatures } from './mean-features.js';
import { trainDescriptor } from './train-descriptor.js';

const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'gamma_c',
  'gamma_d',
  'num_nearest_neighbors',
] as const;

/**
 * CFA (Lee, Lee and Song 2022): the mean features of the places of good pictures become centroids in the space of a linear descriptor,
 * which is then trained so that patches of good pictures gather in small hyperspheres around them.
 */
export class Cfa extends FeatureDetector<CfaParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: CfaParams, extractor: FeatureExtractor) {
    super('vision_cfa', params, extractor, FEATURE_KEYS);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const embedding = this.embeddingOf(context.seed);
    const { memory_mb, batch_size } = this.params;
    const average = new MeanFeatures();
    try {
      this.requireCentroids(embedding);
      const features = await TrainingPictures.collect(source, context, {
        name: this.name,
        batchSize: batch_size,
        memoryMb: memory_mb,
        embed: (pixels) => embedding.embed(pixels),
        onCollected: (some) => average.add(some),
      });
      const mean = average.mean();
      try {
        await this.requireFinite(mean);
        if (!features.cached) {
          context.progress.info(
            `the features do not fit into memory_mb ${memory_mb}: every epoch reads the pictures again`,
          );
        }
        return await this.train(features, mean, embedding.width, context);
      } finally {
        mean.dispose();
        features.dispose();
      }
    } finally {
      average.dispose();
      embedding.dispose();
    }
  }

  protected scorerOf(learned: LearnedTensors, seed: number): Scorer {
    const embedding = this.embeddingOf(seed);
    const to = this.descriptorWidth(embedding.width);
    try {
      requireLearned(this.name, learned, {
        kernel: [embedding.width + 2, to],
        bias: [to],
        radius: [1],
        centroids: [this.centroidsOf(embedding), to],
      });
    } catch (error) {
      embedding.dispose();
      throw error;
    }
    const { score_top, num_nearest_neighbors } = this.params;
    const weights = learned as CfaWeights;
    const index = new NeighborIndex(learned.centroids as Tensor2D);
    return compiledScorer(
      this.name,
      (x) => {
        const features = embedding.embed(x as Tensor4D);
        const [n, h, w] = features.shape;
        const patches = describePatches(withCoordinates(features), weights);
        const distances = index.search(patches, num_nearest_neighbors).squared.sqrt();
        // The surer a patch is of its nearest centroid, the more its distance counts.
        const sureness = tf.softmax(distances.neg() as Tensor2D).slice([0, 0], [-1, 1]);
        const maps = distances.slice([0, 0], [-1, 1]).mul(sureness).reshape([n, h, w]) as Tensor3D;
        return [highestPlaces(maps, score_top), maps];
      },
      this.extractor,
      [index, embedding],
    );
  }

  private async train(
    features: TrainingPictures,
    mean: Tensor3D,
    width: number,
    context: FitContext,
  ): Promise<LearnedTensors> {
    const { epochs, learning_rate, weight_decay, alpha, radius } = this.params;
    const { num_nearest_neighbors, num_hard_negative_features } = this.params;
    const start: CfaWeights = {
      ...randomDescriptor(width + 2, this.descriptorWidth(width), context.seed),
      radius: tf.tensor1d([radius]),
    };
    const centroids = await this.centroids(mean, start, context.seed);
    const index = new NeighborIndex(centroids);
    try {
      const { weights, losses } = await trainDescriptor(
        start,
        index,
        {
          epochs,
          rates: { learningRate: learning_rate, weightDecay: weight_decay },
          rule: { near: num_nearest_neighbors, far: num_hard_negative_features, alpha },
          batches: (random) => features.batches(random),
        },
        context,
      );
      context.progress.info(
        `loss of the first epoch ${losses[0].toPrecision(4)}, of the last ${losses[epochs - 1].toPrecision(4)}`,
      );
      return { ...weights, centroids };
    } catch (error) {
      centroids.dispose();
      throw error;
    } finally {
      index.dispose();
    }
  }

  /** The descriptor is linear: the mean of descriptors is the descriptor of the mean. */
  private async centroids(mean: Tensor3D, weights: CfaWeights, seed: number): Promise<Tensor2D> {
    const all = tf.tidy(() => describePatches(withCoordinates(mean.expandDims(0)), weights));
    const count = Math.floor(all.shape[0] / this.params.gamma_c);
    if (count === all.shape[0]) return all;
    try {
      return await kMeans(all, count, new Random(seed).fork('centroids'));
    } finally {
      all.dispose();
    }
  }

  private descriptorWidth(width: number): number {
    return Math.max(1, Math.floor(width / this.params.gamma_d));
  }

  private centroidsOf({ stride }: PatchEmbedding): number {
    const { height, width } = this.params.resize.size;
    return Math.floor(((height / stride) * (width / stride)) / this.params.gamma_c);
  }

  private requireCentroids(embedding: PatchEmbedding): void {
    const { num_nearest_neighbors, num_hard_negative_features, gamma_c } = this.params;
    const [count, wanted] = [this.centroidsOf(embedding), num_nearest_neighbors + num_hard_negative_features];
    if (count >= wanted) return;
    throw new ConfigError(
      `${this.name}: expected ${wanted} centroids or more for the nearest ones and the hard negatives, but the grid gives ${count}; lower gamma_c (now ${gamma_c}) or take a larger size`,
    );
  }

  private embeddingOf(seed: number): PatchEmbedding {
    const local = { patch_size: 3, patch_padding: 'zero', layer_dim: null, feature_dim: null } as const;
    const { context } = this.params;
    return new PatchEmbedding(
      this.extractor,
      { ...local, context, projection_dim: null, projection: 'gaussian' },
      seed,
    );
  }
}

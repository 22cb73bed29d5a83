import type { Size } from '../../config/size.js';
import { ConfigError, DataError, InterruptedError } from '../../errors.js';
import { resample } from '../../ops/resample.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { PatchEmbedding } from '../memory-bank/patch-embedding.js';
import { requireLearned } from '../require-learned.js';
import type { DfmParams } from './dfm-params.js';
import { principalComponents } from './principal-components.js';
import { gaussianScore, reconstructionError, subspaceOf, subspaceShapes, type Subspace } from './subspace.js';

const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'pooling',
  'method',
  'pca_level',
] as const;

const MEGABYTE = 2 ** 20;

/**
 * DFM (Ahuja et al. 2019): the pooled features of a whole picture as one vector, principal components of those of good pictures, and as
 * score either what the components leave of a picture or how improbable it is in them.
 */
export class Dfm extends FeatureDetector<DfmParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: DfmParams, extractor: FeatureExtractor) {
    super('vision_dfm', params, extractor, FEATURE_KEYS);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const rows = await this.collect(source, context);
    try {
      const [count] = rows.shape;
      await this.requireFinite(rows);
      const found = await principalComponents(rows, this.params.pca_level);
      if (found === null) {
        throw new DataError(
          `${this.name}: expected 2 good pictures or more that differ, got ${count === 1 ? 'one' : `${count} without any difference`}`,
        );
      }
      const { enough, variances } = found;
      context.progress.info(
        `${enough} of ${variances.length} components of ${count} pictures hold pca_level of the variance`,
      );
      return subspaceOf(found, this.params.method, count);
    } finally {
      rows.dispose();
    }
  }

  protected scorerOf(learned: LearnedTensors, seed: number): Scorer {
    const embedding = this.embeddingOf(seed);
    const cells = this.cellsOf(embedding);
    try {
      requireLearned(this.name, learned, subspaceShapes(cells.height * cells.width * embedding.width));
    } catch (error) {
      embedding.dispose();
      throw error;
    }
    const subspace = learned as Subspace;
    const { method } = this.params;
    return compiledScorer(
      this.name,
      (x) => {
        const rows = pooled(embedding.embed(x as Tensor4D), cells);
        const [n] = rows.shape;
        const left = reconstructionError(rows, subspace).reshape([n, cells.height, cells.width, embedding.width]);
        const maps = left.square().sum(3);
        return [method === 'fre' ? maps.sum([1, 2]) : gaussianScore(rows, subspace, method), maps];
      },
      this.extractor,
      [embedding],
    );
  }

  /** `[pictures, values]` of the good pictures, owned by the caller. */
  private async collect(source: FitSource, { seed, progress, signal }: FitContext): Promise<Tensor2D> {
    const embedding = this.embeddingOf(seed);
    const cells = this.cellsOf(embedding);
    const width = cells.height * cells.width * embedding.width;
    const parts: Tensor2D[] = [];
    try {
      const chosen = this.choose(source.count, width, seed);
      progress.info(this.plan(chosen?.size ?? source.count, source.count, width));
      progress.start('features of the training pictures', source.count);
      let seen = 0;
      for await (const { pixels } of source.batches()) {
        const [n] = pixels.shape;
        const places = Array.from({ length: n }, (_, i) => i).filter((i) => chosen?.has(seen + i) ?? true);
        try {
          if (places.length > 0) parts.push(described(pixels, places, embedding, cells));
        } finally {
          pixels.dispose();
        }
        seen += n;
        progress.update(seen);
        if (signal?.aborted === true) throw new InterruptedError('the fit was stopped');
      }
      if (parts.length === 0) throw new DataError(`${this.name}: expected good pictures to learn from, got none`);
      return tf.concat(parts, 0);
    } finally {
      progress.stop();
      tf.dispose(parts);
      embedding.dispose();
    }
  }

  /** Numbers of the pictures to learn from; null = all. The eigenvectors of thousands of pictures would take hours. */
  private choose(count: number, width: number, seed: number): ReadonlySet<number> | null {
    const { max_pictures } = this.params;
    if (Math.min(count, width) <= max_pictures) return null;
    const numbers = Array.from({ length: count }, (_, i) => i);
    return new Set(new Random(seed).fork('pictures').shuffled(numbers).slice(0, max_pictures));
  }

  private plan(taken: number, count: number, width: number): string {
    const { memory_mb } = this.params;
    // The rows, their deviations, and the components.
    const megabytes = Math.ceil((4 * width * (2 * taken + Math.min(taken, width))) / MEGABYTE);
    const sample = taken < count ? `, drawn from ${count} (max_pictures)` : '';
    const what = `${taken} pictures of ${width} values${sample} take ${megabytes} MB in the fit`;
    if (megabytes <= memory_mb) return what;
    throw new ConfigError(
      `${this.name}: ${what}, more than memory_mb ${memory_mb} allows; raise pooling, take a smaller size or fewer pictures, or raise memory_mb`,
    );
  }

  private embeddingOf(seed: number): PatchEmbedding {
    const plain = { patch_size: 1, patch_padding: 'zero', layer_dim: null, feature_dim: null } as const;
    const { context } = this.params;
    return new PatchEmbedding(
      this.extractor,
      { ...plain, context, projection_dim: null, projection: 'gaussian' },
      seed,
    );
  }

  private cellsOf({ stride }: PatchEmbedding): Size {
    const { height, width } = this.params.resize.size;
    const cells = (side: number) => (this.params.pooling === null ? 1 : Math.ceil(side / stride / this.params.pooling));
    return { height: cells(height), width: cells(width) };
  }
}

function described(pixels: Tensor4D, places: readonly number[], embedding: PatchEmbedding, cells: Size): Tensor2D {
  return tf.tidy(() => {
    const taken =
      places.length === pixels.shape[0] ? pixels : tf.gather(pixels as Tensor, tf.tensor1d([...places], 'int32'));
    return pooled(embedding.embed(taken as Tensor4D), cells);
  });
}

/** Means of the features in so many cells, all of one picture in one row. */
function pooled(features: Tensor4D, cells: Size): Tensor2D {
  return tf.tidy(
    () => resample(features, cells, { interpolation: 'area' }).reshape([features.shape[0], -1]) as Tensor2D,
  );
}

import { DataError } from '../../errors.js';
import { tf, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { PatchEmbedding } from '../memory-bank/patch-embedding.js';
import { collectPatches } from '../memory-bank/patch-pool.js';
import { unitLength } from '../memory-bank/unit-length.js';
import { requireLearned } from '../require-learned.js';
import { PATCH_CORES } from './patch-cores.js';
import type { PatchEmbeddingCoreMapParams } from './patch-embedding-core-map-params.js';

const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'normalize',
  'core',
  'pca_level',
] as const;

const MEGABYTE = 2 ** 20;

/** One detector of rows for the patches of all places: it learns from those of all good pictures, and its scores make the map. */
export class PatchEmbeddingCoreMap extends FeatureDetector<PatchEmbeddingCoreMapParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: PatchEmbeddingCoreMapParams, extractor: FeatureExtractor) {
    super('vision_patch_embedding_core_map', params, extractor, FEATURE_KEYS);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const { core, pool_mb, max_bank } = this.params;
    const embedding = this.embeddingOf(context.seed);
    try {
      const fitting = Math.max(1, Math.floor((pool_mb * MEGABYTE) / (4 * embedding.width)));
      const capacity = core === 'core_knn' ? Math.min(fitting, max_bank) : fitting;
      const pool = await collectPatches(source, { capacity }, context, (pixels) => this.describe(pixels, embedding));
      try {
        await this.requireFinite(pool.rows);
        const [rows] = pool.rows.shape;
        if (rows < pool.seen) {
          context.progress.info(
            `${core} learns from ${rows} of ${pool.seen} patches, drawn from every picture alike (${rows < fitting ? `max_bank ${max_bank}` : `pool_mb ${pool_mb}`})`,
          );
        }
        const learned = await PATCH_CORES[core].learn(pool.rows, this.params);
        if (learned !== null) return learned;
        throw new DataError(
          `${this.name}: ${core} needs patches that differ, but the good pictures are all of one tone`,
        );
      } finally {
        pool.rows.dispose();
      }
    } finally {
      embedding.dispose();
    }
  }

  protected scorerOf(learned: LearnedTensors, seed: number): Scorer {
    const { core, score_top } = this.params;
    const embedding = this.embeddingOf(seed);
    try {
      requireLearned(this.name, learned, PATCH_CORES[core].shapes(embedding.width));
    } catch (error) {
      embedding.dispose();
      throw error;
    }
    const scorer = PATCH_CORES[core].scorer(learned, this.params);
    return compiledScorer(
      this.name,
      (x) => {
        const features = this.describe(x as Tensor4D, embedding);
        const [n, h, w, d] = features.shape;
        const rows = features.reshape([n * h * w, d]) as Tensor2D;
        const maps = scorer.score(rows).reshape([n, h, w]) as Tensor3D;
        return [highestPlaces(maps, score_top), maps];
      },
      this.extractor,
      [scorer, embedding],
    );
  }

  private describe(pixels: Tensor4D, embedding: PatchEmbedding): Tensor4D {
    return tf.tidy(() => {
      const features = embedding.embed(pixels);
      return this.params.normalize ? unitLength(features) : features;
    });
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
}

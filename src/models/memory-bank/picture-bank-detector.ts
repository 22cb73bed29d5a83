import { DataError, InterruptedError } from '../../errors.js';
import { NeighborIndex } from '../../ops/nearest.js';
import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedDetectorParams, LearnedTensors, Scorer } from '../learned-detector.js';
import { requireLearned } from '../require-learned.js';
import { compiledScorer } from './compiled-scorer.js';
import { PatchEmbedding } from './patch-embedding.js';
import type { PatchcoreLiteParams } from './patchcore-lite-params.js';

/** What decides the row of a picture. */
export type PictureBankParams = Pick<
  PatchcoreLiteParams,
  'backbone' | 'resize' | 'interpolation' | 'antialias' | 'context' | 'pooling'
>;

const FEATURE_KEYS = ['backbone', 'resize', 'interpolation', 'antialias', 'context', 'pooling'] as const;
/** There is no map; the contract asks for a rule all the same. */
const NO_MAP = { map_interpolation: 'bilinear', map_sigma: 0 } as const;
const PLAIN = {
  patch_size: 1,
  patch_padding: 'zero',
  layer_dim: null,
  feature_dim: null,
  projection_dim: null,
  projection: 'gaussian',
} as const;

/**
 * A detector that keeps one row of pooled features a good picture, and scores a new picture by the Euclidean distance of its row to the
 * nearest. It gives scores without maps. Subclasses say which rows are kept.
 */
export abstract class PictureBankDetector<P extends PictureBankParams> extends FeatureDetector<
  P & LearnedDetectorParams
> {
  /** @param extractor owned by the detector from now on */
  constructor(name: string, params: P, extractor: FeatureExtractor) {
    super(name, { ...params, ...NO_MAP }, extractor, FEATURE_KEYS);
  }

  /**
   * The rows of the training pictures, one at a time and on the host.
   *
   * @throws DataError when a row is not finite; InterruptedError when stopped
   */
  protected async *rowsOf(source: FitSource, { progress, signal }: FitContext): AsyncIterable<Float32Array> {
    const embedding = this.embedding();
    let seen = 0;
    progress.start('features of the training pictures', source.count);
    try {
      for await (const { pixels } of source.batches()) {
        let pooled: Tensor2D;
        try {
          pooled = tf.tidy(() => this.pooled(embedding.embed(pixels)));
        } finally {
          pixels.dispose();
        }
        const [n, width] = pooled.shape;
        const values = (await pooled.data()) as Float32Array;
        pooled.dispose();
        if (signal?.aborted === true) throw new InterruptedError('the fit was stopped');
        if (!values.every(Number.isFinite)) {
          throw new DataError(
            `${this.name}: the features of the training pictures are not finite; look for damaged pictures`,
          );
        }
        for (let i = 0; i < n; i++) yield values.slice(i * width, (i + 1) * width);
        seen += n;
        progress.update(seen);
      }
    } finally {
      progress.stop();
      embedding.dispose();
    }
    if (seen === 0) throw new DataError(`${this.name}: expected at least one good picture to learn from, got none`);
  }

  protected scorerOf(learned: LearnedTensors): Scorer {
    const embedding = this.embedding();
    const width = embedding.width * (this.params.pooling === 'mean_max' ? 2 : 1);
    try {
      requireLearned(this.name, learned, { bank: [null, width] });
    } catch (error) {
      embedding.dispose();
      throw error;
    }
    const index = new NeighborIndex(learned.bank as Tensor2D);
    return compiledScorer(
      this.name,
      (x) => {
        const { squared } = index.search(this.pooled(embedding.embed(x as Tensor4D)), 1);
        return [squared.sqrt().squeeze([1])];
      },
      this.extractor,
      [index, embedding],
    );
  }

  /** Nothing in it is random. */
  private embedding(): PatchEmbedding {
    return new PatchEmbedding(this.extractor, { ...PLAIN, context: this.params.context }, 0);
  }

  /** `[n, h, w, d]` -> `[n, width]` */
  private pooled(features: Tensor4D): Tensor2D {
    const { pooling } = this.params;
    if (pooling === 'mean') return features.mean([1, 2]);
    if (pooling === 'max') return features.max([1, 2]);
    return tf.concat([features.mean([1, 2]), features.max([1, 2])], 1) as Tensor2D;
  }
}

import { ConfigError, DataError } from '../../errors.js';
import { tf, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { PatchEmbedding } from '../memory-bank/patch-embedding.js';
import { collectPatches } from '../memory-bank/patch-pool.js';
import { requireLearned } from '../require-learned.js';
import { residuals, ridgeMap, ridgeShapes, type RidgeMap } from './ridge-map.js';
import type { StudentTeacherLiteParams } from './student-teacher-lite-params.js';

const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'patch_size',
  'student_share',
  'score',
] as const;

const MEGABYTE = 2 ** 20;
/** A channel that is predicted better than this, in deviations of good places, counts as if it were not. */
const LEAST_DEVIATION = 1e-3;
/** The largest ridge that is tried where a smaller one does not do. */
const MOST_RIDGE = 1;

/**
 * Two descriptions of every place, an early and a deep one of the same backbone, and a linear map between them: where the deep one is not
 * what the early one lets expect, something is unlike the good pictures.
 */
export class StudentTeacherLite extends FeatureDetector<StudentTeacherLiteParams> {
  /** Values of the student's description. */
  private readonly student: number;

  /** @param extractor owned by the detector from now on */
  constructor(params: StudentTeacherLiteParams, extractor: FeatureExtractor) {
    super('vision_student_teacher_lite', params, extractor, FEATURE_KEYS);
    const channels = extractor.taps.map((tap) => tap.channels);
    const shared = (count: number) => Math.min(count - 1, Math.max(1, Math.round(params.student_share * count)));
    if (channels.length === 1 && channels[0] < 2) {
      throw new ConfigError(`backbone: ${this.name} needs two layers, or one of two channels or more`);
    }
    this.student =
      channels.length === 1
        ? shared(channels[0])
        : channels.slice(0, shared(channels.length)).reduce((sum, count) => sum + count, 0);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const embedding = this.embeddingOf(context.seed);
    const capacity = Math.max(1, Math.floor((this.params.pool_mb * MEGABYTE) / (4 * embedding.width)));
    const means: Tensor2D[] = [];
    const owned: { dispose(): void }[] = [embedding];
    try {
      const pool = await collectPatches(source, { capacity }, context, (pixels) => {
        const features = embedding.embed(pixels);
        if (this.params.score === 'picture') means.push(features.mean([1, 2]));
        return features;
      });
      owned.push(pool.rows);
      await this.requireFinite(pool.rows);
      const pictures = means.length === 0 ? null : tf.concat(means, 0);
      if (pictures !== null) owned.push(pictures);
      const picture = pictures === null ? {} : named('picture', await this.regress(pictures, context));
      try {
        const places = await this.regress(pool.rows, context);
        return { ...picture, ...named('places', places), deviation: deviationOf(pool.rows, places) };
      } catch (error) {
        tf.dispose(picture);
        throw error;
      }
    } finally {
      owned.forEach((one) => one.dispose());
      tf.dispose(means);
    }
  }

  protected scorerOf(learned: LearnedTensors, seed: number): Scorer {
    const { score, score_top } = this.params;
    const embedding = this.embeddingOf(seed);
    const shapes = Object.entries(ridgeShapes(embedding.width, this.student));
    const kinds = score === 'picture' ? ['places', 'picture'] : ['places'];
    const needed = kinds.flatMap((kind) => shapes.map(([key, shape]) => [`${kind}.${key}`, shape] as const));
    try {
      const deviation = [embedding.width - this.student];
      requireLearned(this.name, learned, { ...Object.fromEntries(needed), deviation });
    } catch (error) {
      embedding.dispose();
      throw error;
    }
    return compiledScorer(
      this.name,
      (x) => {
        const features = embedding.embed(x as Tensor4D);
        const [n, h, w, d] = features.shape;
        const left = residuals(features.reshape<Tensor2D>([n * h * w, d]), of('places', learned));
        const maps = lengthOf(left.div(learned.deviation)).reshape<Tensor3D>([n, h, w]);
        if (score === 'places') return [highestPlaces(maps, score_top), maps];
        return [lengthOf(residuals(features.mean([1, 2]), of('picture', learned))), maps];
      },
      this.extractor,
      [embedding],
    );
  }

  private async regress(rows: Tensor2D, { progress }: FitContext): Promise<RidgeMap> {
    // Products in float32 are not exact enough for a small ridge where many values say the same.
    for (let ridge = this.params.ridge; ridge <= MOST_RIDGE; ridge *= 10) {
      const map = await ridgeMap(rows, this.student, ridge);
      if (map === null) continue;
      if (ridge > this.params.ridge) progress.info(`${this.name}: ridge ${ridge}, for the values are much alike`);
      return map;
    }
    throw new DataError(
      `${this.name}: the student's values are too much alike for ridge ${this.params.ridge}; raise it`,
    );
  }

  private embeddingOf(seed: number): PatchEmbedding {
    const plain = { patch_padding: 'reflect', layer_dim: null, feature_dim: null, projection_dim: null } as const;
    const { context, patch_size } = this.params;
    return new PatchEmbedding(this.extractor, { ...plain, context, patch_size, projection: 'gaussian' }, seed);
  }
}

function named(kind: string, map: RidgeMap): LearnedTensors {
  return Object.fromEntries(Object.entries(map).map(([key, tensor]) => [`${kind}.${key}`, tensor]));
}

function of(kind: string, learned: LearnedTensors): RidgeMap {
  const [mean, gain, weight] = ['mean', 'gain', 'weight'].map((key) => learned[`${kind}.${key}`]);
  return { mean, gain, weight } as RidgeMap;
}

function deviationOf(rows: Tensor2D, map: RidgeMap): Tensor1D {
  return tf.tidy(() => residuals(rows, map).square().mean(0).sqrt().maximum<Tensor1D>(LEAST_DEVIATION));
}

/** The root of the mean square of every row. */
function lengthOf(rows: Tensor2D): Tensor1D {
  return tf.tidy(() => rows.square().mean<Tensor1D>(1).sqrt());
}

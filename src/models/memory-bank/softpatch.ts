import { ConfigError, DataError } from '../../errors.js';
import { randomProjection } from '../../ops/random-projection.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import { highestPlaces } from './highest-places.js';
import { keptPatches } from './kept-patches.js';
import { outlierWeights } from './outlier-weights.js';
import { PatchBankDetector, type ChosenRows, type PatchBank } from './patch-bank-detector.js';
import { patchDistances } from './patch-distances.js';
import { PatchEmbedding } from './patch-embedding.js';
import type { PatchPool } from './patch-pool.js';
import { selectRows } from './select-rows.js';
import type { SoftPatchParams } from './softpatch-params.js';
import { subsetSource } from './subset-source.js';

const FEWEST_PICTURES = 3;
/** Where pictures repeat each other exactly, outlier factors have no bound; as a factor of a distance they get one. */
const LARGEST_WEIGHT = 10;

/**
 * SoftPatch (Jiang et al., NeurIPS 2022): PatchCore for training pictures among which there are defective ones. Every training patch is
 * weighed by how odd it is among the patches at its place; the oddest are left out of the bank, and the weights of the others multiply
 * the distances that lead to them.
 */
export class SoftPatch extends PatchBankDetector<SoftPatchParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: SoftPatchParams, extractor: FeatureExtractor) {
    super('vision_softpatch', params, extractor);
  }

  /** Oddness needs all places of a picture: when not all pictures fit into `pool_mb`, some of them are drawn. */
  override async fit(source: FitSource, context: FitContext): Promise<void> {
    if (source.count < FEWEST_PICTURES) {
      throw new DataError(
        `vision_softpatch: expected ${FEWEST_PICTURES} training pictures or more, to compare them with each other, got ${source.count}`,
      );
    }
    const most = this.mostPictures(context.seed);
    if (source.count <= most) return super.fit(source, context);
    context.progress.info(`the bank is made of ${most} of ${source.count} pictures (pool_mb ${this.params.pool_mb})`);
    const numbers = Array.from({ length: source.count }, (_, i) => i);
    const drawn = new Random(context.seed).fork('pictures').shuffled(numbers).slice(0, most);
    await super.fit(subsetSource(source, new Set(drawn)), context);
  }

  protected async chooseRows(pool: PatchPool, context: FitContext): Promise<ChosenRows> {
    const weights = await this.weightsOf(pool, context);
    const kept = await keptPatches(pool.rows, weights, this.params);
    const candidates = { ...pool, rows: rowsAt(pool.rows, kept) };
    try {
      const chosen = await selectRows(candidates, this.params, context);
      const weight = Float32Array.from(chosen, (i) => Math.min(weights[kept[i]], LARGEST_WEIGHT));
      return { rows: rowsAt(candidates.rows, chosen), columns: { weight: tf.tensor1d(weight) } };
    } finally {
      candidates.rows.dispose();
    }
  }

  protected scorePatches(features: Tensor4D, { index, columns }: PatchBank) {
    return tf.tidy(() => {
      const { maps: distances, nearest } = patchDistances(features, index, this.params);
      const weight = tf.gather(columns.weight, nearest).reshape(distances.shape);
      const maps = this.params.soft_weight ? (distances.mul(weight) as Tensor3D) : distances;
      return { scores: highestPlaces(maps, this.params.score_top), maps };
    });
  }

  /** How many pictures `pool_mb` holds. */
  private mostPictures(seed: number): number {
    const embedding = new PatchEmbedding(this.extractor, this.params, seed);
    const { width, stride } = embedding;
    embedding.dispose();
    const { size } = this.params.resize;
    const places = (size.height / stride) * (size.width / stride);
    const most = Math.floor(Math.floor((this.params.pool_mb * 2 ** 20) / (4 * width)) / places);
    if (most >= FEWEST_PICTURES) return most;
    throw new ConfigError(
      `pool_mb: expected room for ${FEWEST_PICTURES} pictures of ${places} places of ${width} values or more, got ${this.params.pool_mb} MB`,
    );
  }

  private async weightsOf({ rows, pictures }: PatchPool, context: FitContext): Promise<Float32Array> {
    const [count, width] = rows.shape;
    const { weight_dim } = this.params;
    const features = tf.tidy(() => {
      const measured =
        width <= weight_dim ? rows : rows.matMul(randomProjection(width, weight_dim, 'gaussian', context.seed));
      const shown = pictures[count - 1] + 1;
      return measured.reshape([shown, count / shown, -1]) as Tensor3D;
    });
    try {
      return await outlierWeights(features, this.params, context);
    } finally {
      features.dispose();
    }
  }
}

function rowsAt(rows: Tensor2D, places: Int32Array): Tensor2D {
  return tf.tidy(() => tf.gather(rows as Tensor, tf.tensor1d(places, 'int32') as Tensor1D) as Tensor2D);
}

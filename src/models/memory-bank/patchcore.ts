import type { InputRule } from '../../config/input-rule.js';
import { DataError, NotFittedError, ShapeError, WeightsError } from '../../errors.js';
import { NeighborIndex } from '../../ops/nearest.js';
import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { checkSides } from '../check-sides.js';
import type { Batch, Detector, FitContext, FitSource, MapRule, Scored } from '../detector.js';
import { CompiledForward } from './compiled-forward.js';
import { loadBank, saveBank } from './bank-files.js';
import { PatchEmbedding } from './patch-embedding.js';
import { collectPatches } from './patch-pool.js';
import { patchScores } from './patch-scores.js';
import type { PatchcoreParams } from './patchcore-params.js';
import { selectBank } from './select-bank.js';

interface Fitted {
  readonly seed: number;
  readonly embedding: PatchEmbedding;
  readonly bank: NeighborIndex;
  readonly rows: Float32Array;
  readonly forward: CompiledForward;
}

/**
 * PatchCore (Roth et al., CVPR 2022): keeps a spread-out selection of the patch features of good pictures, and scores a patch by its
 * distance to the nearest ones. Takes pictures of any shape; the grid of the map follows the picture.
 */
export class Patchcore implements Detector {
  readonly input: InputRule;
  readonly map: MapRule;
  private fitted: Fitted | null = null;

  /** @param extractor owned by the detector from now on */
  constructor(
    private readonly params: PatchcoreParams,
    private readonly extractor: FeatureExtractor,
  ) {
    checkSides(params.resize, extractor);
    this.input = {
      resize: params.resize,
      interpolation: params.interpolation,
      antialias: params.antialias,
      color: 'rgb',
      quantize: false,
    };
    this.map = { interpolation: params.map_interpolation, sigma: params.map_sigma };
  }

  async fit(source: FitSource, context: FitContext): Promise<void> {
    const embedding = new PatchEmbedding(this.extractor, this.params, context.seed);
    try {
      const capacity = Math.max(1, Math.floor((this.params.pool_mb * 2 ** 20) / (4 * embedding.width)));
      const pool = await collectPatches(source, capacity, context, (pixels) => embedding.embed(pixels));
      try {
        const [sampled] = pool.rows.shape;
        if (sampled < pool.seen) {
          context.progress.info(
            `the bank is selected among ${sampled} of ${pool.seen} patches, drawn from every picture alike (pool_mb ${this.params.pool_mb})`,
          );
        }
        const bank = await selectBank(pool, this.params, context);
        await this.take(bank, embedding, context.seed);
      } finally {
        pool.rows.dispose();
      }
    } catch (error) {
      embedding.dispose();
      throw error;
    }
  }

  async score(batch: Batch): Promise<Scored> {
    if (this.fitted === null)
      throw new NotFittedError('vision_patchcore: scores need a fitted model; fit or load it first');
    const { pixels } = batch;
    const [, h, w] = pixels.shape;
    const { multiple } = this.extractor;
    if (h % multiple !== 0 || w % multiple !== 0) {
      throw new ShapeError(`vision_patchcore: expected sides that are multiples of ${multiple}, got ${h} x ${w}`);
    }
    const [scores, maps] = await this.fitted.forward.run(pixels);
    return { scores, maps } as Scored;
  }

  async save(dir: string): Promise<void> {
    if (this.fitted === null)
      throw new NotFittedError('vision_patchcore: there is nothing to save; fit the model first');
    const { rows, bank, seed } = this.fitted;
    await saveBank(dir, { params: this.params, seed, rows, width: bank.width });
  }

  async load(dir: string): Promise<void> {
    const { seed, rows, width } = await loadBank(dir, this.params);
    const embedding = new PatchEmbedding(this.extractor, this.params, seed);
    try {
      if (embedding.width !== width) {
        throw new WeightsError(
          `${dir}: the bank has ${width} features a patch, but the backbone gives ${embedding.width}`,
        );
      }
      await this.take(tf.tensor2d(rows, [rows.length / width, width]), embedding, seed);
    } catch (error) {
      embedding.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.release();
    this.extractor.dispose();
  }

  /** Becomes the fitted model; owns both arguments, and disposes `rows`. */
  private async take(rows: Tensor2D, embedding: PatchEmbedding, seed: number): Promise<void> {
    const values = (await rows.data()) as Float32Array;
    if (!values.every(Number.isFinite)) {
      rows.dispose();
      throw new DataError(
        'vision_patchcore: the features of the training pictures are not finite; look for damaged pictures',
      );
    }
    const bank = new NeighborIndex(rows);
    rows.dispose();
    this.release();
    const forward = new CompiledForward('vision_patchcore', (x) => {
      const features = embedding.embed(x as Tensor4D);
      const { scores, maps } = patchScores(features, bank, this.params);
      return [scores, maps];
    });
    this.fitted = { seed, embedding, bank, rows: values, forward };
  }

  private release(): void {
    this.fitted?.forward.dispose();
    this.fitted?.bank.dispose();
    this.fitted?.embedding.dispose();
    this.fitted = null;
  }
}

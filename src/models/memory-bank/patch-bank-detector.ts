import type { InputRule } from '../../config/input-rule.js';
import { ConfigError, DataError, NotFittedError, ShapeError, WeightsError } from '../../errors.js';
import { NeighborIndex } from '../../ops/nearest.js';
import type { Precision } from '../../runtime/compile/precision.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { checkSides } from '../check-sides.js';
import type { Batch, Detector, FitContext, FitSource, MapRule, Scored } from '../detector.js';
import { bankRows } from './bank-rows.js';
import { loadBank, saveBank, type StoredBank } from './bank-files.js';
import { fromHalf, toHalf } from '../weights/half-floats.js';
import { CompiledForward } from './compiled-forward.js';
import { PatchEmbedding, type EmbeddingParams } from './patch-embedding.js';
import { collectPatches, type FirstLook, type PatchPool } from './patch-pool.js';
import type { Reduction } from './patch-partitions.js';
import type { PatchcoreParams } from './patchcore-params.js';
import { planBank } from './plan-bank.js';
import { measuredWidth } from './spread-rows.js';

/** What every detector with a bank of patches can be told; `patchcore-params.ts` says what each means. */
export interface PatchBankParams
  extends
    EmbeddingParams,
    Pick<
      PatchcoreParams,
      'backbone' | 'resize' | 'interpolation' | 'antialias' | 'pool_mb' | 'map_interpolation' | 'map_sigma'
    >,
    Partial<
      Pick<
        PatchcoreParams,
        | 'crop'
        | 'map_border'
        | 'sampling'
        | 'coreset_ratio'
        | 'max_bank'
        | 'bank_size'
        | 'bank_dtype'
        | 'coreset_dim'
        | 'memory_mb'
      >
    > {}

/** The parameters that decide what a row of the bank means; a bank fits no others. */
const FEATURE_KEYS = [
  'backbone',
  'resize',
  'crop',
  'interpolation',
  'antialias',
  'context',
  'patch_size',
  'patch_padding',
  'layer_dim',
  'feature_dim',
  'projection_dim',
  'projection',
] as const;

/** What is kept of the training patches, owned by whoever gets it. */
export interface ChosenRows {
  /** `[m, d]` */
  readonly rows: Tensor2D;
  /** Further values of every row, each `[m]`, float32; they are saved and loaded with the rows. */
  readonly columns?: Readonly<Record<string, Tensor1D>>;
}

/** The bank of a fitted detector, on the device. */
export interface PatchBank {
  readonly index: NeighborIndex;
  /** What `chooseRows` gave beside the rows. */
  readonly columns: Readonly<Record<string, Tensor1D>>;
}

interface Fitted {
  readonly embedding: PatchEmbedding;
  readonly bank: PatchBank;
  readonly stored: StoredBank;
  readonly forward: CompiledForward;
  /** Without quick searches, for what they leave in doubt. */
  readonly exact: CompiledForward;
}

/**
 * A detector that keeps patch features of good pictures and compares the patches of new ones with them. Takes pictures of any shape;
 * the grid of the map follows the picture. Input rule, collection of the patches, files, compiled scoring and memory are the same for
 * all; a subclass says which rows are kept (`chooseRows`), what scores they give (`scorePatches`) and, where the features of
 * `PatchEmbedding` alone will not do, what describes a patch (`describe`). All three see `params`.
 *
 * ```ts
 * class CosineBank extends PatchBankDetector<CosineParams> {
 *   constructor(params: CosineParams, extractor: FeatureExtractor) {
 *     super('vision_cosine', params, extractor);
 *   }
 *   protected describe(pixels: Tensor4D, embedding: PatchEmbedding) {
 *     return tf.tidy(() => unitLength(embedding.embed(pixels)));
 *   }
 *   protected async chooseRows({ rows }: PatchPool) {
 *     return { rows: rows.clone() };
 *   }
 *   protected scorePatches(features: Tensor4D, { index }: PatchBank) {
 *     return patchScores(features, index, this.params);
 *   }
 * }
 * ```
 */
export abstract class PatchBankDetector<P extends PatchBankParams> implements Detector {
  readonly input: InputRule;
  readonly map: MapRule;
  private fitted: Fitted | null = null;

  /**
   * @param name the registry's name, which messages and files carry
   * @param extractor owned by the detector from now on
   * @param ownKeys parameters of the subclass that decide what a row means; a saved bank is refused where they differ
   */
  constructor(
    private readonly name: string,
    protected readonly params: P,
    protected readonly extractor: FeatureExtractor,
    private readonly ownKeys: readonly (keyof P & string)[] = [],
  ) {
    const { resize, crop = null, interpolation, antialias } = params;
    checkSides(resize, extractor, crop);
    const seen = crop === null ? {} : { crop };
    this.input = { resize, ...seen, interpolation, antialias, color: 'rgb', quantize: false };
    this.map = { interpolation: params.map_interpolation, sigma: params.map_sigma, border: params.map_border };
  }

  get precision(): Precision | undefined {
    return this.extractor.precision;
  }

  /**
   * What describes the patches. Fitting and scoring both call it, and scoring records it as a graph: plain tfjs, nothing read back.
   *
   * @param pixels `[n, h, w, 3]` RGB, 0..255, borrowed
   * @returns `[n, gh, gw, d]`, owned by the caller; d must be the same for all pictures
   */
  protected describe(pixels: Tensor4D, embedding: PatchEmbedding): Tensor4D {
    return embedding.embed(pixels);
  }

  /**
   * What the bank keeps of the patches of all training pictures; the same pool and seed give the same rows.
   *
   * @param pool borrowed; may be a sample of all patches, see `pool_mb`
   * @returns tensors owned by the caller
   */
  protected abstract chooseRows(pool: PatchPool, context: FitContext): Promise<ChosenRows>;

  /**
   * Recorded as a graph together with `describe`: plain tfjs, nothing read back, nothing kept between calls.
   *
   * @param features what `describe` gave, borrowed
   * @param bank borrowed
   * @returns scores `[n]` and maps `[n, gh, gw]`, owned by the caller
   */
  protected abstract scorePatches(features: Tensor4D, bank: PatchBank): { scores: Tensor1D; maps: Tensor3D };

  /**
   * How a partition of more patches than the pool holds is reduced; null = a sample of all patches is taken instead.
   *
   * @param rows how many the bank will have
   */
  protected reducePartition(_rows: number, _capacity: number, _context: FitContext): Reduction | null {
    return null;
  }

  async fit(source: FitSource, context: FitContext): Promise<void> {
    const embedding = new PatchEmbedding(this.extractor, this.params, context.seed);
    try {
      const capacity = Math.max(1, Math.floor((this.params.pool_mb * 2 ** 20) / (4 * embedding.width)));
      const options = {
        capacity,
        onFirstLook: (look: FirstLook) => this.plan(look, embedding.width, capacity, context),
      };
      const pool = await collectPatches(source, options, context, (pixels) => this.describe(pixels, embedding));
      try {
        const [sampled] = pool.rows.shape;
        if (sampled < pool.seen && (pool.levels ?? 0) === 0) {
          context.progress.info(
            `the bank is selected among ${sampled} of ${pool.seen} patches, drawn from every picture alike (pool_mb ${this.params.pool_mb})`,
          );
        }
        await this.take(await this.chooseRows(pool, context), embedding, context.seed);
      } finally {
        pool.rows.dispose();
      }
    } catch (error) {
      embedding.dispose();
      throw error;
    }
  }

  async score(batch: Batch): Promise<Scored> {
    const { forward, exact } = this.requireFitted('scores need a fitted model; fit or load it first');
    const { pixels } = batch;
    const [, h, w] = pixels.shape;
    const { multiple } = this.extractor;
    if (h % multiple !== 0 || w % multiple !== 0) {
      throw new ShapeError(`${this.name}: expected sides that are multiples of ${multiple}, got ${h} x ${w}`);
    }
    const quick = await forward.run(pixels);
    const [scores, maps, doubts] = (await isSettled(quick)) ? quick : await exact.run(pixels);
    if (scores !== quick[0]) tf.dispose(quick);
    else doubts?.dispose();
    return { scores, maps } as Scored;
  }

  async save(dir: string): Promise<void> {
    const { stored } = this.requireFitted('there is nothing to save; fit the model first');
    await saveBank(dir, this.description(), stored);
  }

  async load(dir: string): Promise<void> {
    const { seed, rows, width, columns } = await loadBank(dir, this.description());
    const embedding = new PatchEmbedding(this.extractor, this.params, seed);
    try {
      if (embedding.width !== width) {
        throw new WeightsError(
          `${dir}: the bank has ${width} features a patch, but the backbone gives ${embedding.width}`,
        );
      }
      const entries = Object.entries(columns).map(([name, values]) => [name, tf.tensor1d(values)] as const);
      const chosen = {
        rows: tf.tensor2d(rows, [rows.length / width, width]),
        columns: Object.fromEntries(entries),
      };
      await this.take(chosen, embedding, seed);
    } catch (error) {
      embedding.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.release();
    this.extractor.dispose();
  }

  /** Tells the user what the fit will take, and refuses it where that is too much. */
  private plan(look: FirstLook, width: number, capacity: number, context: FitContext): Reduction | null {
    const { params } = this;
    const rows = bankRows(params, look.patches);
    const pooled = Math.min(look.patches, capacity);
    const measures = params.sampling === 'greedy' && rows < pooled;
    const reduction = look.patches <= capacity ? null : this.reducePartition(rows, capacity, context);
    const cost = {
      width,
      capacity,
      rows: Math.min(rows, pooled),
      measured: measures ? measuredWidth(params, pooled, width) : 0,
      dtype: params.bank_dtype ?? 'float32',
      partitions: reduction !== null,
    };
    context.progress.info(planBank(this.name, look, cost, params.memory_mb ?? null));
    return reduction;
  }

  private description() {
    return { name: this.name, params: this.params, featureKeys: [...FEATURE_KEYS, ...this.ownKeys] };
  }

  private requireFitted(otherwise: string): Fitted {
    if (this.fitted === null) throw new NotFittedError(`${this.name}: ${otherwise}`);
    return this.fitted;
  }

  /** Becomes the fitted model; owns the arguments. */
  private async take({ rows, columns = {} }: ChosenRows, embedding: PatchEmbedding, seed: number): Promise<void> {
    let stored: StoredBank;
    let index: NeighborIndex;
    try {
      const [values, further] = [(await rows.data()) as Float32Array, await read(columns)];
      if (![values, ...Object.values(further)].every((column) => column.every(Number.isFinite))) {
        throw new DataError(
          `${this.name}: the features of the training pictures are not finite; look for damaged pictures`,
        );
      }
      const dtype = this.params.bank_dtype ?? 'float32';
      const kept = dtype === 'float16' ? this.rounded(values) : values;
      stored = { seed, width: rows.shape[1], rows: kept, dtype, columns: further };
      index = indexOf(rows, kept === values ? null : kept);
    } catch (error) {
      tf.dispose(columns);
      throw error;
    } finally {
      rows.dispose();
    }
    this.release();
    const bank = { index, columns };
    const scored = (x: Tensor) => this.scorePatches(this.describe(x as Tensor4D, embedding), bank);
    const forward = new CompiledForward(
      this.name,
      (x) => {
        const { result, doubts } = index.quickly(() => scored(x));
        return [result.scores, result.maps, ...(doubts === null ? [] : [doubts])];
      },
      this.extractor,
    );
    const exact = new CompiledForward(
      this.name,
      (x) => {
        const { scores, maps } = scored(x);
        return [scores, maps];
      },
      this.extractor,
    );
    this.fitted = { embedding, bank, stored, forward, exact };
  }

  /** As the file will hold them, so that a saved model scores as the one in memory. */
  private rounded(values: Float32Array): Float32Array {
    const halves = fromHalf(toHalf(values));
    if (halves.every(Number.isFinite)) return halves;
    const highest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    throw new ConfigError(
      `${this.name}: bank_dtype float16 holds values up to 65504, but the features reach ${highest}; take bank_dtype float32`,
    );
  }

  private release(): void {
    if (this.fitted === null) return;
    const { forward, exact, bank, embedding } = this.fitted;
    forward.dispose();
    exact.dispose();
    bank.index.dispose();
    tf.dispose(bank.columns);
    embedding.dispose();
    this.fitted = null;
  }
}

/** @param values what the rows hold, where they are not to be indexed as they are */
function indexOf(rows: Tensor2D, values: Float32Array | null): NeighborIndex {
  if (values === null) return new NeighborIndex(rows);
  const others = tf.tensor2d(values, rows.shape);
  try {
    return new NeighborIndex(others);
  } finally {
    others.dispose();
  }
}

/** Whether the quick searches of a forward pass, if there were any, found what usual ones would find. */
async function isSettled([, , doubts]: readonly Tensor[]): Promise<boolean> {
  return doubts === undefined || (await doubts.data())[0] === 0;
}

async function read(columns: Readonly<Record<string, Tensor1D>>): Promise<Record<string, Float32Array>> {
  const values = Object.entries(columns).map(async ([name, column]) => [name, await column.data()] as const);
  return Object.fromEntries(await Promise.all(values)) as Record<string, Float32Array>;
}

import type { InputRule } from '../../config/input-rule.js';
import { NotFittedError, ShapeError, WeightsError } from '../../errors.js';
import { reduceMap } from '../../ops/reduce-map.js';
import type { Precision } from '../../runtime/compile/precision.js';
import type { Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { checkSides } from '../check-sides.js';
import type { Batch, Detector, FitContext, FitSource, MapRule, Scored } from '../detector.js';
import { CompiledForward } from '../memory-bank/compiled-forward.js';
import { PatchEmbedding } from '../memory-bank/patch-embedding.js';
import { fitPlaces } from './fit-places.js';
import { loadGaussians, saveGaussians } from './padim-files.js';
import { planMemory } from './padim-memory.js';
import type { PadimParams } from './padim-params.js';
import type { PlaceGaussians } from './place-gaussians.js';

interface Fitted {
  readonly seed: number;
  readonly embedding: PatchEmbedding;
  readonly gaussians: PlaceGaussians;
  readonly forward: CompiledForward;
}

/**
 * PaDiM (Defard et al., ICPR 2021): a Gaussian of the features of every place of the grid, and the Mahalanobis distance to it. Every
 * picture is brought to one size, because a Gaussian belongs to its place.
 */
export class Padim implements Detector {
  readonly input: InputRule;
  readonly map: MapRule;
  private fitted: Fitted | null = null;

  /** @param extractor owned by the detector from now on */
  constructor(
    private readonly params: PadimParams,
    private readonly extractor: FeatureExtractor,
  ) {
    const { resize, interpolation, antialias } = params;
    checkSides(resize, extractor);
    this.input = { resize, interpolation, antialias, color: 'rgb', quantize: false };
    this.map = { interpolation: params.map_interpolation, sigma: params.map_sigma };
  }

  get precision(): Precision | undefined {
    return this.extractor.precision;
  }

  async fit(source: FitSource, context: FitContext): Promise<void> {
    const embedding = this.embeddingOf(context.seed);
    try {
      const places = this.placesOf(embedding);
      context.progress.info(planMemory(places, embedding.width, this.params.memory_mb));
      const gaussians = await fitPlaces(source, context, {
        places,
        width: embedding.width,
        eps: this.params.covariance_eps,
        embed: (pixels) => {
          this.checkPixels(pixels);
          return embedding.embed(pixels);
        },
      });
      this.take(context.seed, embedding, gaussians);
    } catch (error) {
      embedding.dispose();
      throw error;
    }
  }

  async score(batch: Batch): Promise<Scored> {
    if (this.fitted === null)
      throw new NotFittedError('vision_padim: scores need a fitted model; fit or load it first');
    this.checkPixels(batch.pixels);
    const [scores, maps] = await this.fitted.forward.run(batch.pixels);
    return { scores, maps } as Scored;
  }

  async save(dir: string): Promise<void> {
    if (this.fitted === null) throw new NotFittedError('vision_padim: there is nothing to save; fit the model first');
    const { seed, gaussians } = this.fitted;
    await saveGaussians(dir, { params: this.params, seed, gaussians });
  }

  async load(dir: string): Promise<void> {
    const { seed, gaussians } = await loadGaussians(dir, this.params);
    try {
      this.take(seed, this.embeddingFor(gaussians, seed, dir), gaussians);
    } catch (error) {
      gaussians.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.release();
    this.extractor.dispose();
  }

  private embeddingOf(seed: number): PatchEmbedding {
    const { context, d, projection } = this.params;
    const given = this.extractor.taps.reduce((total, tap) => total + tap.channels, 0);
    const projection_dim = d === null || d >= given ? null : d;
    const layers = { patch_size: 1, patch_padding: 'zero', layer_dim: null, feature_dim: null } as const;
    return new PatchEmbedding(this.extractor, { ...layers, context, projection_dim, projection }, seed);
  }

  private embeddingFor(gaussians: PlaceGaussians, seed: number, dir: string): PatchEmbedding {
    const embedding = this.embeddingOf(seed);
    const [places, width] = [this.placesOf(embedding), embedding.width];
    if (gaussians.places === places && gaussians.width === width) return embedding;
    embedding.dispose();
    throw new WeightsError(
      `${dir}: the model has ${gaussians.places} places of ${gaussians.width} values, but the backbone gives ${places} of ${width}`,
    );
  }

  private placesOf({ stride }: PatchEmbedding): number {
    const { height, width } = this.params.resize.size;
    return (height / stride) * (width / stride);
  }

  private checkPixels({ shape: [, h, w] }: Tensor4D): void {
    const { height, width } = this.params.resize.size;
    if (h === height && w === width) return;
    throw new ShapeError(
      `vision_padim: expected pictures of ${height} x ${width} pixels (height x width), got ${h} x ${w}`,
    );
  }

  /** Becomes the fitted model; owns both arguments. */
  private take(seed: number, embedding: PatchEmbedding, gaussians: PlaceGaussians): void {
    this.release();
    const { score_top } = this.params;
    const forward = new CompiledForward(
      'vision_padim',
      (x) => {
        const maps = gaussians.distances(embedding.embed(x as Tensor4D));
        const scores = reduceMap(
          maps,
          score_top === 0 ? { method: 'max', topk: 1 } : { method: 'topk_mean', topk: score_top },
        );
        return [scores, maps];
      },
      this.extractor,
    );
    this.fitted = { seed, embedding, gaussians, forward };
  }

  private release(): void {
    this.fitted?.forward.dispose();
    this.fitted?.gaussians.dispose();
    this.fitted?.embedding.dispose();
    this.fitted = null;
  }
}

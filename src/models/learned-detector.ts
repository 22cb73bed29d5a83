import type { InputRule, ResizeRule } from '../config/input-rule.js';
import { ConfigError, DataError, NotFittedError, ShapeError } from '../errors.js';
import { tf, type Tensor, type Tensor4D } from '../runtime/tf.js';
import { checkSides } from './check-sides.js';
import type { Batch, Detector, FitContext, FitSource, MapRule, Scored } from './detector.js';
import { placeProfile, placeScorer } from './maps/place-scale.js';
import { loadModel, saveModel } from './model-files.js';

/** What every detector with learned tensors can be told. */
export interface LearnedDetectorParams extends Pick<InputRule, 'interpolation' | 'antialias'> {
  readonly resize: ResizeRule;
  readonly map_interpolation: MapRule['interpolation'];
  readonly map_sigma: number;
  /** See `PLACE_PARAMS`; absent in models that have no such key. */
  readonly map_scale?: 'none' | 'place';
  readonly score_top?: number;
}

/** What a fit learned, on the device: what the files of a model hold. */
export type LearnedTensors = Readonly<Record<string, Tensor>>;

/** Learned tensors at work. */
export interface Scorer {
  /** @param pixels `[n, h, w, 3]`, borrowed */
  run(pixels: Tensor4D): Promise<Scored>;
  /** Frees what it made; the learned tensors belong to the detector. */
  dispose(): void;
}

interface Fitted {
  readonly seed: number;
  readonly learned: LearnedTensors;
  readonly scorer: Scorer;
}

/**
 * A detector that learns tensors from good pictures. Subclasses say how they are learned and what score they give; input rule, checks,
 * files and memory are the same for all. A fitted and a loaded model run the same code on the same values.
 */
export abstract class LearnedDetector<P extends LearnedDetectorParams> implements Detector {
  readonly input: InputRule;
  readonly map: MapRule;
  private fitted: Fitted | null = null;

  /**
   * @param name the registry's name, which messages and files carry
   * @param multiple what both sides of a picture must be multiples of
   * @param featureKeys parameters that decide what the learned values mean; a saved model is refused where they differ
   */
  constructor(
    protected readonly name: string,
    protected readonly params: P,
    private readonly multiple: number,
    private readonly featureKeys: readonly (keyof P & string)[],
  ) {
    const { resize, interpolation, antialias } = params;
    checkSides(resize, { multiple });
    if (params.map_scale === 'place' && resize.mode !== 'stretch') {
      throw new ConfigError(
        `map_scale: "place" needs maps of one size, which resize mode "stretch" alone gives, got "${resize.mode}"`,
      );
    }
    this.input = { resize, interpolation, antialias, color: 'rgb', quantize: false };
    this.map = { interpolation: params.map_interpolation, sigma: params.map_sigma };
  }

  /**
   * The same pictures in the same order and the same seed give the same values.
   *
   * @returns owned by the caller
   */
  protected abstract learn(source: FitSource, context: FitContext): Promise<LearnedTensors>;

  /**
   * @param learned borrowed, until the scorer is disposed
   * @throws WeightsError when the tensors of a file do not fit the network
   */
  protected abstract scorerOf(learned: LearnedTensors, seed: number): Scorer;

  async fit(source: FitSource, context: FitContext): Promise<void> {
    const checked: FitSource = { count: source.count, batches: () => this.checkedBatches(source) };
    const learned: Record<string, Tensor> = { ...(await this.learn(checked, context)) };
    let scorer: Scorer | null = null;
    try {
      scorer = this.scorerOf(learned, context.seed);
      if (this.params.map_scale === 'place') Object.assign(learned, await placeProfile(checked, scorer));
      for (const tensor of Object.values(learned)) await this.requireFinite(tensor);
    } catch (error) {
      scorer?.dispose();
      tf.dispose(learned);
      throw error;
    }
    this.adopt({ seed: context.seed, learned, scorer });
  }

  async score({ pixels }: Batch): Promise<Scored> {
    if (this.fitted === null)
      throw new NotFittedError(`${this.name}: scores need a fitted model; fit or load it first`);
    this.checkPixels(pixels);
    return this.fitted.scorer.run(pixels);
  }

  async save(dir: string): Promise<void> {
    if (this.fitted === null) throw new NotFittedError(`${this.name}: there is nothing to save; fit the model first`);
    const { learned, seed } = this.fitted;
    await saveModel(dir, this.description(), { seed, tensors: learned });
  }

  async load(dir: string): Promise<void> {
    const { seed, tensors } = await loadModel(dir, this.description());
    try {
      this.adopt({ seed, learned: tensors, scorer: this.scorerOf(tensors, seed) });
    } catch (error) {
      tf.dispose(tensors);
      throw error;
    }
  }

  dispose(): void {
    this.release();
  }

  /** Asked on the device: learned tensors and features may be gigabytes. */
  protected async requireFinite(values: Tensor): Promise<void> {
    const verdict = tf.tidy(() => tf.isFinite(values).all());
    const [finite] = await verdict.data();
    verdict.dispose();
    if (finite === 1) return;
    throw new DataError(
      `${this.name}: the features of the training pictures are not finite; look for damaged pictures`,
    );
  }

  protected description() {
    return { name: this.name, params: this.params, featureKeys: this.featureKeys };
  }

  private async *checkedBatches(source: FitSource): AsyncIterable<Batch> {
    for await (const batch of source.batches()) {
      try {
        this.checkPixels(batch.pixels);
      } catch (error) {
        batch.pixels.dispose();
        throw error;
      }
      yield batch;
    }
  }

  private checkPixels({ shape: [, h, w] }: Tensor4D): void {
    const { resize } = this.params;
    if (resize.mode === 'stretch') {
      const { height, width } = resize.size;
      if (h === height && w === width) return;
      throw new ShapeError(
        `${this.name}: expected pictures of ${height} x ${width} pixels (height x width), got ${h} x ${w}`,
      );
    }
    const { multiple } = this;
    if (h % multiple === 0 && w % multiple === 0) return;
    throw new ShapeError(`${this.name}: expected sides that are multiples of ${multiple}, got ${h} x ${w}`);
  }

  /** Becomes the fitted model. @param found taken over */
  private adopt({ seed, learned, scorer }: Fitted): void {
    const { map_scale, score_top } = this.params;
    this.release();
    this.fitted = {
      ...{ seed, learned },
      scorer: map_scale === 'place' ? placeScorer(this.name, scorer, learned, score_top ?? 0) : scorer,
    };
  }

  private release(): void {
    if (this.fitted === null) return;
    this.fitted.scorer.dispose();
    tf.dispose(this.fitted.learned);
    this.fitted = null;
  }
}

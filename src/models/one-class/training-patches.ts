import { DataError, InterruptedError } from '../../errors.js';
import type { Random } from '../../runtime/random.js';
import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';

export interface TrainingPatchesOptions {
  readonly name: string;
  /** `[n, h, w, 3]` -> `[n, gh, gw, d]`, owned by the caller */
  embed(pixels: Tensor4D): Tensor4D;
  /** Bytes of features that may be kept between epochs. */
  readonly budget: number;
  /** Pictures of a batch. */
  readonly batchSize: number;
}

/** Features of the good pictures for many epochs: kept where they fit into the budget, else computed again in every epoch. */
export class TrainingPatches {
  private constructor(
    private readonly source: FitSource,
    private readonly context: FitContext,
    private readonly options: TrainingPatchesOptions,
    /** The mean over the pictures, `[gh, gw, d]`, owned by the object. */
    readonly mean: Tensor3D,
    private readonly kept: readonly Tensor3D[] | null,
  ) {}

  /**
   * Walks the pictures once.
   *
   * @throws DataError when there is no picture; InterruptedError when stopped
   */
  static async collect(
    source: FitSource,
    context: FitContext,
    options: TrainingPatchesOptions,
  ): Promise<TrainingPatches> {
    let sum: Tensor3D | null = null;
    let kept: Tensor3D[] | null = [];
    let seen = 0;
    context.progress.start('features of the training pictures', source.count);
    try {
      for await (const features of walk(source, context, options)) {
        const before: Tensor3D | null = sum;
        sum = tf.tidy(() => (before === null ? features.sum(0) : features.sum(0).add(before)) as Tensor3D);
        before?.dispose();
        if (kept !== null && (4 * source.count * features.size) / features.shape[0] > options.budget) kept = null;
        kept?.push(...(tf.unstack(features) as Tensor3D[]));
        seen += features.shape[0];
        context.progress.update(seen);
        features.dispose();
      }
      if (sum === null) throw new DataError(`${options.name}: expected good pictures to learn from, got none`);
    } catch (error) {
      tf.dispose([...(kept ?? []), ...(sum === null ? [] : [sum])]);
      throw error;
    } finally {
      context.progress.stop();
    }
    const mean = sum.div<Tensor3D>(seen);
    sum.dispose();
    return new TrainingPatches(source, context, options, mean, kept);
  }

  /** Whether features are kept; if not, every epoch takes the batches of the source in their order. */
  get cached(): boolean {
    return this.kept !== null;
  }

  /**
   * The features of one epoch in batches `[n, gh, gw, d]`, in random order where they are kept. The consumer disposes them.
   *
   * @throws InterruptedError when stopped
   */
  async *batches(random: Random): AsyncIterable<Tensor4D> {
    if (this.kept === null) {
      yield* walk(this.source, this.context, this.options);
      return;
    }
    const order = random.shuffled(this.kept);
    for (let start = 0; start < order.length; start += this.options.batchSize) {
      await new Promise(setImmediate); // signals must arrive
      requireRunning(this.context);
      yield tf.stack(order.slice(start, start + this.options.batchSize)) as Tensor4D;
    }
  }

  dispose(): void {
    tf.dispose([this.mean, ...(this.kept ?? [])]);
  }
}

async function* walk(
  source: FitSource,
  context: FitContext,
  { embed }: TrainingPatchesOptions,
): AsyncIterable<Tensor4D> {
  for await (const { pixels } of source.batches()) {
    let features: Tensor4D;
    try {
      requireRunning(context);
      features = embed(pixels);
    } finally {
      pixels.dispose();
    }
    yield features;
  }
}

function requireRunning({ signal }: FitContext): void {
  if (signal?.aborted === true) throw new InterruptedError('the fit was stopped');
}

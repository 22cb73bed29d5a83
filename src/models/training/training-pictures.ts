import type { AugmentRule } from '../../config/augment-rule.js';
import { DataError, InterruptedError } from '../../errors.js';
import { augment } from '../../ops/augment/augment.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { KeptPicture } from './kept-picture.js';
import { byShape, grouped, mixed } from './picture-batches.js';

export interface TrainingPicturesOptions {
  /** The registry's name, for messages. */
  readonly name: string;
  /** Pictures of a step. */
  readonly batchSize: number;
  /** The most megabytes that are kept between epochs. */
  readonly memoryMb: number;
  /** The share of the pictures that is held out; absent = none. */
  readonly validationFraction?: number;
  /**
   * What batches are made of instead of pictures `[n, h, w, 3]`, such as features `[n, gh, gw, d]`, owned by the caller; absent = the pixels
   * themselves. It is what is kept between epochs, unless pictures are varied.
   */
  embed?(pixels: Tensor4D): Tensor4D;
  /** How the pictures of `batches` are varied anew every time; absent or null = not at all. */
  readonly augment?: AugmentRule | null;
  /** Is shown every picture that is not held out as batches have it, though not varied, in the order of the source, once. @param seen borrowed */
  onCollected?(seen: Tensor4D): void;
}

const MEGABYTE = 2 ** 20;
/** Pictures that wait for their step while they are read again in every epoch, in batches: at least so many. */
const LEAST_WAITING = 4;

/**
 * Pictures, or their features, for many epochs: kept where they fit into the memory, else read again in every epoch. A share of them can
 * be held out.
 */
export class TrainingPictures {
  private constructor(
    private readonly source: FitSource,
    private readonly context: FitContext,
    private readonly options: TrainingPicturesOptions,
    /** What was seen of every picture, in order: its shape, as a key. */
    private readonly shapes: readonly string[],
    private readonly heldOutIndices: ReadonlySet<number>,
    /** In the order of the source; null when they are read again. */
    private readonly kept: readonly KeptPicture[] | null,
    private readonly bytesEach: number,
  ) {}

  /**
   * Walks the pictures once.
   *
   * @throws DataError when there is no picture; InterruptedError when stopped
   */
  static async collect(
    source: FitSource,
    context: FitContext,
    options: TrainingPicturesOptions,
  ): Promise<TrainingPictures> {
    const heldOut = drawHeldOut(source.count, options.validationFraction ?? 0, context.seed);
    const budget = options.memoryMb * MEGABYTE;
    const shapes: string[] = [];
    let kept: KeptPicture[] | null = [];
    let bytes = 0;
    const forget = () => {
      kept?.forEach((one) => one.dispose());
      kept = null;
    };
    context.progress.start('reading the training pictures', source.count);
    try {
      for await (const batch of walk(source, context, options)) {
        try {
          for (const picture of await KeptPicture.ofBatch(batch)) {
            shapes.push(batch.shape.slice(1).join('x'));
            bytes += picture.bytes;
            if (kept === null) picture.dispose();
            else kept.push(picture);
          }
          if ((bytes / shapes.length) * source.count > budget) forget();
          showCollected(batch, shapes.length - batch.shape[0], heldOut, options);
        } finally {
          batch.dispose();
        }
        context.progress.update(shapes.length);
      }
      if (shapes.length === 0) throw new DataError(`${options.name}: expected good pictures to learn from, got none`);
    } catch (error) {
      forget();
      throw error;
    } finally {
      context.progress.stop();
    }
    return new TrainingPictures(source, context, options, shapes, heldOut, kept, bytes / shapes.length);
  }

  /** Whether everything is kept between epochs. */
  get cached(): boolean {
    return this.kept !== null;
  }

  /** Pictures that steps are made of. */
  get count(): number {
    return this.shapes.length - this.heldOutIndices.size;
  }

  get heldOutCount(): number {
    return this.heldOutIndices.size;
  }

  get stepsPerEpoch(): number {
    const counts = new Map<string, number>();
    for (const [index, shape] of this.shapes.entries()) {
      if (!this.heldOutIndices.has(index)) counts.set(shape, (counts.get(shape) ?? 0) + 1);
    }
    return [...counts.values()].reduce((sum, count) => sum + Math.ceil(count / this.options.batchSize), 0);
  }

  /**
   * One epoch in random order, in batches `[b, h, w, c]` of one shape; the last ones of a shape may be smaller. Pictures that are read again
   * are shuffled within what fits into the memory. The consumer disposes them.
   *
   * @throws InterruptedError when stopped
   */
  batches(random: Random): AsyncIterable<Tensor4D> {
    return this.finished(this.keptBatches(random), random.fork('augment'));
  }

  /** The same without variation: what statistics of the good pictures are taken of. */
  plainBatches(random: Random): AsyncIterable<Tensor4D> {
    return this.finished(this.keptBatches(random), null);
  }

  /** The pictures that are held out, never varied and always in the same batches; the consumer disposes them. null when there are none. */
  get heldOut(): (() => AsyncIterable<Tensor4D>) | null {
    if (this.heldOutIndices.size === 0) return null;
    const { kept } = this;
    if (kept === null) return () => this.finished(grouped(this.reread(true), this.options.batchSize), null);
    const held = kept.filter((_, index) => this.heldOutIndices.has(index));
    return () => this.finished(this.stacked(held), null);
  }

  dispose(): void {
    this.kept?.forEach((one) => one.dispose());
  }

  private keptBatches(random: Random): AsyncIterable<Tensor4D> {
    if (this.kept === null) return this.rereadBatches(random);
    const used = this.kept.filter((_, index) => !this.heldOutIndices.has(index));
    return this.stacked(random.shuffled(used));
  }

  /** What batches of kept pictures become where pixels are kept to be varied. @param random null = not varied */
  private async *finished(batches: AsyncIterable<Tensor4D>, random: Random | null): AsyncIterable<Tensor4D> {
    const { augment: rule = null, embed } = this.options;
    for await (const kept of batches) {
      if (rule === null) {
        yield kept;
        continue;
      }
      const made = tf.tidy(() => {
        const varied = random === null ? kept.clone() : augment(kept, rule, random);
        return embed === undefined ? varied : embed(varied);
      });
      kept.dispose();
      yield made as Tensor4D;
    }
  }

  private async *stacked(pictures: readonly KeptPicture[]): AsyncIterable<Tensor4D> {
    for (const batch of byShape(pictures, this.options.batchSize)) {
      await new Promise(setImmediate); // signals must arrive
      requireRunning(this.context);
      yield KeptPicture.stack(batch);
    }
  }

  private async *rereadBatches(random: Random): AsyncIterable<Tensor4D> {
    const { batchSize, memoryMb } = this.options;
    const room = Math.max(LEAST_WAITING * batchSize, Math.floor((memoryMb * MEGABYTE) / this.bytesEach));
    yield* grouped(mixed(this.reread(false), room, random), batchSize);
  }

  /** Single pictures in the order of the source: those held out, or the others. */
  private async *reread(heldOut: boolean): AsyncIterable<Tensor3D> {
    let index = 0;
    for await (const batch of walk(this.source, this.context, this.options)) {
      const pictures = tf.unstack(batch) as Tensor3D[];
      batch.dispose();
      try {
        while (pictures.length > 0) {
          const picture = pictures.shift()!;
          if (this.heldOutIndices.has(index++) === heldOut) yield picture;
          else picture.dispose();
        }
      } finally {
        tf.dispose(pictures);
      }
    }
  }
}

/** A part of the pictures, rounded, but at least one; never all. */
function drawHeldOut(count: number, fraction: number, seed: number): ReadonlySet<number> {
  if (fraction === 0 || count < 2) return new Set();
  const held = Math.min(count - 1, Math.max(1, Math.round(fraction * count)));
  const indices = Array.from({ length: count }, (_, i) => i);
  return new Set(new Random(seed).fork('held out of training').shuffled(indices).slice(0, held));
}

function showCollected(
  batch: Tensor4D,
  first: number,
  heldOut: ReadonlySet<number>,
  { onCollected, embed, augment: rule = null }: TrainingPicturesOptions,
): void {
  if (onCollected === undefined) return;
  const rows = Array.from({ length: batch.shape[0] }, (_, i) => i).filter((i) => !heldOut.has(first + i));
  if (rows.length === 0) return;
  const shown = tf.tidy(() => {
    const some = rows.length === batch.shape[0] ? batch.clone() : tf.gather(batch, tf.tensor1d(rows, 'int32'));
    return rule === null || embed === undefined ? some : embed(some);
  });
  onCollected(shown);
  shown.dispose();
}

async function* walk(
  source: FitSource,
  context: FitContext,
  { embed, augment: rule = null }: TrainingPicturesOptions,
): AsyncIterable<Tensor4D> {
  for await (const { pixels, references } of source.batches()) {
    references?.dispose();
    let kept: Tensor4D | null = null;
    try {
      requireRunning(context);
      kept = embed === undefined || rule !== null ? pixels : embed(pixels);
    } finally {
      if (kept !== pixels) pixels.dispose();
    }
    yield kept;
  }
}

function requireRunning({ signal }: FitContext): void {
  if (signal?.aborted === true) throw new InterruptedError('the fit was stopped');
}

import { DataError, InterruptedError } from '../../errors.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { KeptPicture } from './kept-picture.js';

export interface TrainingPicturesOptions {
  /** The registry's name, for messages. */
  readonly name: string;
  /** Pictures of a step. */
  readonly batchSize: number;
  /** The most megabytes that are kept between epochs. */
  readonly memoryMb: number;
  /** The share of the pictures that is held out; absent = none. */
  readonly validationFraction?: number;
  /** What is kept of pictures `[n, h, w, 3]`, such as features `[n, gh, gw, d]`, owned by the caller; absent = the pixels themselves. */
  embed?(pixels: Tensor4D): Tensor4D;
  /** Is shown what is kept of every picture that is not held out, batch by batch in the order of the source, once. @param kept borrowed */
  onCollected?(kept: Tensor4D): void;
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
    if (this.kept === null) return this.rereadBatches(random);
    const used = this.kept.filter((_, index) => !this.heldOutIndices.has(index));
    return this.stacked(random.shuffled(used));
  }

  /** The pictures that are held out, always in the same batches; the consumer disposes them. null when there are none. */
  get heldOut(): (() => AsyncIterable<Tensor4D>) | null {
    if (this.heldOutIndices.size === 0) return null;
    const { kept } = this;
    if (kept === null) return () => grouped(this.reread(true), this.options.batchSize);
    return () => this.stacked(kept.filter((_, index) => this.heldOutIndices.has(index)));
  }

  dispose(): void {
    this.kept?.forEach((one) => one.dispose());
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

/** Items in groups of one shape, each as soon as it is full; what is left comes last. */
function* byShape(pictures: readonly KeptPicture[], size: number): Iterable<KeptPicture[]> {
  const waiting = new Map<string, KeptPicture[]>();
  for (const picture of pictures) {
    const key = picture.shape.join();
    const group = [...(waiting.get(key) ?? []), picture];
    waiting.set(key, group.length === size ? [] : group);
    if (group.length === size) yield group;
  }
  for (const group of waiting.values()) if (group.length > 0) yield group;
}

/** Takes over the pictures. */
async function* grouped(pictures: AsyncIterable<Tensor3D>, size: number): AsyncIterable<Tensor4D> {
  const waiting = new Map<string, Tensor3D[]>();
  const take = (key: string): Tensor4D => {
    const group = waiting.get(key)!;
    waiting.delete(key);
    const batch = tf.stack(group) as Tensor4D;
    tf.dispose(group);
    return batch;
  };
  try {
    for await (const picture of pictures) {
      const key = picture.shape.join();
      const group = [...(waiting.get(key) ?? []), picture];
      waiting.set(key, group);
      if (group.length === size) yield take(key);
    }
    for (const key of [...waiting.keys()]) yield take(key);
  } finally {
    tf.dispose([...waiting.values()]);
  }
}

/** Draws from a store of `room` pictures, which is filled up in the order of the source. */
async function* mixed(pictures: AsyncIterable<Tensor3D>, room: number, random: Random): AsyncIterable<Tensor3D> {
  const store: Tensor3D[] = [];
  const draw = (): Tensor3D => {
    const at = random.below(store.length);
    const drawn = store[at];
    store[at] = store[store.length - 1];
    store.pop();
    return drawn;
  };
  try {
    for await (const picture of pictures) {
      store.push(picture);
      if (store.length === room) yield draw();
    }
    while (store.length > 0) yield draw();
  } finally {
    tf.dispose(store);
  }
}

function showCollected(
  batch: Tensor4D,
  first: number,
  heldOut: ReadonlySet<number>,
  { onCollected }: TrainingPicturesOptions,
): void {
  if (onCollected === undefined) return;
  const rows = Array.from({ length: batch.shape[0] }, (_, i) => i).filter((i) => !heldOut.has(first + i));
  if (rows.length === batch.shape[0]) return onCollected(batch);
  if (rows.length === 0) return;
  const shown = tf.tidy(() => tf.gather(batch, tf.tensor1d(rows, 'int32')));
  onCollected(shown);
  shown.dispose();
}

async function* walk(
  source: FitSource,
  context: FitContext,
  { embed }: TrainingPicturesOptions,
): AsyncIterable<Tensor4D> {
  for await (const { pixels, references } of source.batches()) {
    references?.dispose();
    let kept: Tensor4D | null = null;
    try {
      requireRunning(context);
      kept = embed === undefined ? pixels : embed(pixels);
    } finally {
      if (kept !== pixels) pixels.dispose();
    }
    yield kept;
  }
}

function requireRunning({ signal }: FitContext): void {
  if (signal?.aborted === true) throw new InterruptedError('the fit was stopped');
}

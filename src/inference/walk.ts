import { byRegion } from '../data/by-region.js';
import type { DecodePool } from '../data/decode-pool/decode-pool.js';
import type { Picture, PictureSource } from '../data/picture.js';
import { heldBytes } from '../data/stored-picture.js';
import { noClock } from '../runtime/profile/stage-clock.js';
import type { Engine, EngineRequest, Outcome } from './engine.js';
import { prefetch } from './prefetch.js';

export interface WalkOptions extends Omit<EngineRequest, 'batchSize'> {
  /** Inputs that go through the model together, decided when the first picture of a batch is there; 1 by default. */
  readonly batchSize?: (first: Picture) => number;
  /** Threads that decode; without them the caller's thread does. */
  readonly pool?: DecodePool;
  /** The most pictures that are decoded, or being decoded, before their turn; at least a batch. Default 3. */
  readonly ahead?: number;
  /** The most bytes of decoded pictures that wait for their turn; one picture may always be there. */
  readonly budget?: number;
  /** Looked at between two batches; the walk then ends by what it throws. */
  readonly check?: () => void;
}

/** One picture's way through the engine; `picture` is null when it could not be decoded. */
export interface Walked {
  readonly source: PictureSource;
  readonly picture: Picture | null;
  readonly outcome: Outcome;
}

interface Decoded {
  readonly source: PictureSource;
  readonly picture: Picture | null;
  readonly error: unknown;
  /** When it was there, in milliseconds of `performance.now()`. */
  readonly at: number;
}

/**
 * Decodes pictures ahead, hands them to the engine in batches, and gives what comes out in input order. A slow consumer slows the
 * decoders. A batch waits until it is full or the input ends, so a caller that feeds pictures one by one wants batches of 1.
 */
export async function* walkPictures(
  engine: Engine,
  sources: Iterable<PictureSource> | AsyncIterable<PictureSource>,
  { pool, ahead = 3, budget = Infinity, batchSize = () => 1, check, ...request }: WalkOptions,
): AsyncGenerator<Walked> {
  const { clock = noClock } = request;
  let largest = 0;
  /** Inputs of a batch, and the pictures that they are of. */
  let inputs = 1;
  let group = 1;
  const decodeOne = async (source: PictureSource): Promise<Decoded> => {
    try {
      const { picture, milliseconds } = await timed(engine.byRegion ? byRegion(source, pool) : source, pool);
      clock.add('load', milliseconds);
      largest = Math.max(largest, heldBytes(picture));
      return { source, picture, error: null, at: performance.now() };
    } catch (error) {
      return { source, picture: null, error, at: performance.now() };
    }
  };
  // How large pictures are is known once the first is there; until then it stays the only one.
  const room = () => (budget === Infinity ? ahead : largest === 0 ? 1 : Math.max(1, Math.floor(budget / largest)));
  const decoded = prefetch(sources, () => Math.min(Math.max(ahead, group), room()), decodeOne);
  const sizeFor = ({ picture }: Decoded) => {
    if (picture === null) return group;
    inputs = batchSize(picture);
    return (group = inputs === 1 ? 1 : engine.picturesFor(picture, inputs));
  };
  for await (const batch of inBatches(decoded, sizeFor, (ms) => clock.wait('decoders', ms))) {
    check?.();
    const now = performance.now();
    batch.forEach(({ at }) => clock.wait('device', now - at));
    const pictures = batch.flatMap(({ picture }) => picture ?? []);
    const outcomes = pictures.length === 0 ? [] : await engine.inspect(pictures, { ...request, batchSize: inputs });
    for (const { source, picture, error } of batch) {
      const outcome = picture === null ? { error } : (outcomes.shift() as Outcome);
      yield { source, picture, outcome };
    }
  }
}

async function timed(
  source: PictureSource,
  pool: DecodePool | undefined,
): Promise<{ picture: Picture; milliseconds: number }> {
  if (pool !== undefined) return pool.decode(source);
  const started = performance.now();
  const picture = await source.decode();
  return { picture, milliseconds: performance.now() - started };
}

/** Items in groups, the last one shorter; tells how long each was waited for. */
async function* inBatches<T>(
  items: AsyncIterable<T>,
  sizeFor: (first: T) => number,
  onWait: (milliseconds: number) => void,
): AsyncGenerator<T[]> {
  let batch: T[] = [];
  let size = 1;
  let since = performance.now();
  for await (const item of items) {
    onWait(performance.now() - since);
    if (batch.length === 0) size = sizeFor(item);
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
    since = performance.now();
  }
  if (batch.length > 0) yield batch;
}

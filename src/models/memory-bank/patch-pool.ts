import { InterruptedError } from '../../errors.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';

export interface PatchPool {
  /** `[m, d]`, owned by the caller */
  readonly rows: Tensor2D;
  /** Of every row, the number of its picture in the order of the source. */
  readonly pictures: Int32Array;
  /** Of every row, its place in the grid of its picture, row by row. */
  readonly places: Int32Array;
  /** How many patches the pictures have altogether. */
  readonly seen: number;
}

/**
 * Walks the training pictures once and collects their patch features. When `capacity` rows would not hold them all, every picture
 * gives an equal random share; what is drawn from a picture depends on the seed and its number alone, not on batches.
 *
 * @param embed `[n, h, w, 3]` -> `[n, gh, gw, d]`, owned by the pool
 */
export async function collectPatches(
  source: FitSource,
  capacity: number,
  context: FitContext,
  embed: (pixels: Tensor4D) => Tensor4D,
): Promise<PatchPool> {
  const { progress, signal, seed } = context;
  const quota = Math.max(1, Math.floor(capacity / Math.max(1, source.count)));
  const random = new Random(seed);
  const parts: Tensor2D[] = [];
  const numbers: number[][] = [];
  const chosen: number[][] = [];
  let seen = 0;
  let pictures = 0;
  progress.start('features of the training pictures', source.count);
  try {
    for await (const { pixels } of source.batches()) {
      let features: Tensor4D;
      try {
        features = embed(pixels);
      } finally {
        pixels.dispose();
      }
      const [n, h, w] = features.shape;
      const places = Array.from({ length: n }, (_, i) => drawn(h * w, quota, random.fork(`picture ${pictures + i}`)));
      parts.push(rowsOf(features, places));
      features.dispose();
      chosen.push(...places);
      numbers.push(...places.map((of, i) => of.map(() => pictures + i)));
      seen += n * h * w;
      pictures += n;
      progress.update(pictures);
      if (signal?.aborted) throw new InterruptedError('the fit was stopped');
    }
    return {
      rows: tf.concat(parts, 0),
      pictures: Int32Array.from(numbers.flat()),
      places: Int32Array.from(chosen.flat()),
      seen,
    };
  } finally {
    progress.stop();
    tf.dispose(parts);
  }
}

/** The places of a grid that are kept, ascending. */
function drawn(count: number, quota: number, random: Random): number[] {
  const places = Array.from({ length: count }, (_, i) => i);
  if (count <= quota) return places;
  return random
    .shuffled(places)
    .slice(0, quota)
    .sort((a, b) => a - b);
}

function rowsOf(features: Tensor4D, places: readonly (readonly number[])[]): Tensor2D {
  const [n, h, w, d] = features.shape;
  return tf.tidy(() => {
    const rows = features.reshape([n * h * w, d]) as Tensor2D;
    if (places[0].length === h * w) return rows;
    const flat = places.flatMap((of, i) => of.map((place) => i * h * w + place));
    return tf.gather(rows as Tensor, tf.tensor1d(flat, 'int32')) as Tensor2D;
  });
}

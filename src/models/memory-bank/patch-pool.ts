import { DataError, InterruptedError } from '../../errors.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { PatchPartitions, type PatchRows, type Reduction } from './patch-partitions.js';

/** Patches of the training pictures, owned by the caller. */
export interface PatchPool extends PatchRows {
  /** How many patches the pictures have altogether. */
  readonly seen: number;
  /** How often a patch may have been through a reduction; 0 = all patches, or a sample of them, are here as they were. */
  readonly levels?: number;
}

/** What the first pictures tell about all of them. */
export interface FirstLook {
  readonly pictures: number;
  /** Expected patches of all pictures. */
  readonly patches: number;
  /** Expected seconds for the features of all pictures. */
  readonly seconds: number;
}

export interface PoolOptions {
  /** The most rows that are held. */
  readonly capacity: number;
  /** Called once, after the first batch. Where it gives a reduction, no patch is left out: see `PatchPartitions`. */
  readonly onFirstLook?: (look: FirstLook) => Reduction | null;
}

/**
 * Walks the training pictures once and collects their patch features. When `capacity` rows would not hold them all, every picture
 * gives an equal random share, or all patches are reduced in partitions. What is kept depends on the seed and the order of the
 * pictures, not on batches.
 *
 * @param embed `[n, h, w, 3]` -> `[n, gh, gw, d]`, owned by the pool
 * @throws DataError without pictures
 */
export async function collectPatches(
  source: FitSource,
  { capacity, onFirstLook }: PoolOptions,
  context: FitContext,
  embed: (pixels: Tensor4D) => Tensor4D,
): Promise<PatchPool> {
  const { progress, signal, seed } = context;
  const step = 'features of the training pictures';
  const random = new Random(seed);
  let partitions: PatchPartitions | null = null;
  let quota = Math.max(1, Math.floor(capacity / Math.max(1, source.count)));
  let seen = 0;
  let pictures = 0;
  const started = performance.now();
  progress.start(step, source.count);
  try {
    for await (const { pixels } of source.batches()) {
      let features: Tensor4D;
      try {
        features = embed(pixels);
      } finally {
        pixels.dispose();
      }
      try {
        const [n, h, w] = features.shape;
        seen += n * h * w;
        if (partitions === null) {
          const share = source.count / n;
          const seconds = ((performance.now() - started) / 1000) * share;
          const look = { pictures: source.count, patches: Math.round(seen * share), seconds };
          const reduction = onFirstLook?.(look) ?? null;
          if (reduction !== null) quota = Infinity;
          partitions = new PatchPartitions(capacity, reduction);
        }
        const { reductions } = partitions;
        for (let i = 0; i < n; i++, pictures++) {
          const places = drawn(h * w, quota, random.fork(`picture ${pictures}`));
          const from = new Int32Array(places.length).fill(pictures);
          await partitions.add({ rows: rowsOf(features, i, places), places, pictures: from });
        }
        if (partitions.reductions > reductions) progress.start(step, source.count);
      } finally {
        features.dispose();
      }
      progress.update(pictures);
      if (signal?.aborted) throw new InterruptedError('the fit was stopped');
    }
    const all = partitions?.take() ?? null;
    if (all === null) throw new DataError('the fit got no picture; give at least one good picture to learn from');
    return { ...all, seen, levels: partitions?.levels ?? 0 };
  } finally {
    progress.stop();
    partitions?.dispose();
  }
}

/** The places of a grid that are kept, ascending. */
function drawn(count: number, quota: number, random: Random): Int32Array {
  const places = Array.from({ length: count }, (_, i) => i);
  return Int32Array.from(count <= quota ? places : random.shuffled(places).slice(0, quota)).sort();
}

function rowsOf(features: Tensor4D, picture: number, places: Int32Array): Tensor2D {
  const [, h, w, d] = features.shape;
  return tf.tidy(() => {
    const rows = features.slice([picture, 0, 0, 0], [1, -1, -1, -1]).reshape([h * w, d]) as Tensor2D;
    return places.length === h * w ? rows : (tf.gather(rows as Tensor, tf.tensor1d(places, 'int32')) as Tensor2D);
  });
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { InterruptedError, ShapeError } from '../errors.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D } from '../runtime/tf.js';
import { farthestAmong } from './farthest-among.js';

/** Rows that are looked at in one round; more find more rows to take in it, and cost more to look at. */
const CANDIDATES = 128;
/** Rows whose distances to what a round takes are computed at once: at most 8 MB, which stay in the cache of the processor. */
const BLOCK = 16_384;

export interface CoresetOptions {
  /**
   * The row that is taken first, and kept; or squared distances of all rows, `[n]`, borrowed, to what counts as taken already: then the
   * farthest of them is the first.
   */
  readonly first: number | Tensor1D;
  readonly onProgress?: (chosen: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Greedy k-centre selection (Gonzalez 1985; Roth et al. 2022, algorithm 1): takes again and again the row that is farthest from all
 * rows taken so far. Ties go to the lowest row.
 *
 * Distances to what is taken only ever shrink. So the rows that are farthest now are the only ones that can be farthest as long as
 * one of them stays above the best of the others, and several steps need one pass over all rows: a round looks at the 128 farthest
 * rows, takes from them what the plain rule would take, and then updates all rows with one matrix product for all of them.
 *
 * @param rows `[n, d]`, borrowed
 * @param count how many rows to take, 1 to n
 * @returns row numbers in the order in which they were taken, all different
 * @throws InterruptedError when the signal is aborted
 */
export async function greedyCoreset(rows: Tensor2D, count: number, options: CoresetOptions): Promise<Int32Array> {
  const [n] = rows.shape;
  const { first, onProgress, signal } = options;
  if (!Number.isInteger(count) || count < 1 || count > n) {
    throw new ShapeError(`greedyCoreset: expected a count from 1 to ${n}, got ${count}`);
  }
  if (typeof first === 'number' && (!Number.isInteger(first) || first < 0 || first >= n)) {
    throw new ShapeError(`greedyCoreset: expected a first row from 0 to ${n - 1}, got ${first}`);
  }
  const points = new Points(rows);
  let nearest = typeof first === 'number' ? (tf.fill([n], Infinity) as Tensor1D) : first.clone();
  const chosen: number[] = [];
  try {
    let taken = typeof first === 'number' ? [first] : await points.farthest(nearest, count);
    for (;;) {
      chosen.push(...taken);
      onProgress?.(chosen.length);
      if (chosen.length === count) return Int32Array.from(chosen);
      await nextTurn();
      if (signal?.aborted) throw new InterruptedError('the selection of the memory bank was stopped');
      const updated = tf.tidy(() => points.afterTaking(nearest, taken));
      nearest.dispose();
      nearest = updated;
      taken = await points.farthest(nearest, count - chosen.length);
    }
  } finally {
    nearest.dispose();
    points.dispose();
  }
}

/** The rows, in a form in which squared distances to some of them are one matrix product. */
class Points {
  private readonly count: number;
  private readonly width: number;
  /** Blocks of `[block, d + 2]`: `x, |x|^2, 1`; times `-2 c, 1, |c|^2` that is `|x - c|^2`. */
  private readonly blocks: readonly Tensor2D[];
  private readonly rows: Tensor2D;

  constructor(rows: Tensor2D) {
    [this.count, this.width] = rows.shape;
    // Centred rows have smaller norms, so that less is lost in |x|^2 + |c|^2 - 2 x.c.
    this.rows = tf.tidy(() => rows.sub(rows.mean(0)));
    const starts = Array.from({ length: Math.ceil(this.count / BLOCK) }, (_, i) => i * BLOCK);
    this.blocks = starts.map((start) =>
      tf.tidy(() => {
        const block = this.rows.slice([start, 0], [Math.min(BLOCK, this.count - start), -1]);
        return tf.concat([block, block.square().sum(1, true), tf.ones([block.shape[0], 1])], 1) as Tensor2D;
      }),
    );
  }

  dispose(): void {
    tf.dispose([this.rows, ...this.blocks]);
  }

  /** The squared distance of every row to the nearest taken one; a taken row itself is out of the race. */
  afterTaking(nearest: Tensor1D, taken: readonly number[]): Tensor1D {
    const places = tf.tensor1d([...taken], 'int32');
    const centers = tf.gather(this.rows as Tensor, places) as Tensor2D;
    const weights = [centers.mul(-2), tf.ones([taken.length, 1]), centers.square().sum(1, true)] as Tensor2D[];
    const product = tf.concat(weights, 1).transpose() as Tensor2D;
    const parts = this.blocks.map((block) => tf.tidy(() => tf.matMul(block, product).min(1) as Tensor1D));
    const squared = parts.length === 1 ? parts[0] : tf.concat(parts);
    const isTaken = tf.scatterND(places.expandDims(1), tf.ones([taken.length]), [this.count] as [number]);
    const shrunk = tf.minimum(nearest, squared.relu());
    return tf.where(isTaken.greater(0), tf.fill([this.count], -1), shrunk) as Tensor1D;
  }

  /** What the plain rule would take next, as far as one look at the farthest rows can tell. */
  async farthest(nearest: Tensor1D, wanted: number): Promise<number[]> {
    const looked = Math.min(this.count, CANDIDATES + 1);
    const { values, indices } = tf.topk(nearest, looked);
    const candidates = tf.gather(this.rows as Tensor, indices as Tensor1D);
    try {
      const [squared, places, features] = await Promise.all([values.data(), indices.data(), candidates.data()]);
      // Rows beyond the last candidate are at most as far as it.
      const bound = looked === this.count ? -1 : squared[looked - 1];
      return farthestAmong(
        {
          squared: squared as Float32Array,
          places: places as Int32Array,
          features: features as Float32Array,
          width: this.width,
        },
        bound,
        wanted,
      );
    } finally {
      tf.dispose([values, indices, candidates]);
    }
  }
}

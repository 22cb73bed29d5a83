import { setImmediate as nextTurn } from 'node:timers/promises';
import { InterruptedError, ShapeError } from '../errors.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D } from '../runtime/tf.js';
import { farthestAmong } from './farthest-among.js';

/** Rows that are looked at in one round; more find more rows to take in it, and cost more to look at. */
const CANDIDATES = 128;

export interface CoresetOptions {
  /** The row that is taken first, and kept. */
  readonly first: number;
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
  if (!Number.isInteger(first) || first < 0 || first >= n) {
    throw new ShapeError(`greedyCoreset: expected a first row from 0 to ${n - 1}, got ${first}`);
  }
  // Centred rows have smaller norms, so that less is lost in |x|^2 + |c|^2 - 2 x.c.
  const centred = tf.tidy(() => rows.sub(rows.mean(0)) as Tensor2D);
  const norms = tf.tidy(() => centred.square().sum(1) as Tensor1D);
  let nearest = tf.fill([n], Infinity) as Tensor1D;
  const chosen: number[] = [];
  let taken = [first];
  try {
    for (;;) {
      chosen.push(...taken);
      onProgress?.(chosen.length);
      if (chosen.length === count) return Int32Array.from(chosen);
      await nextTurn();
      if (signal?.aborted) throw new InterruptedError('the selection of the memory bank was stopped');
      const updated = tf.tidy(() => afterTaking(centred, norms, nearest, taken));
      nearest.dispose();
      nearest = updated;
      taken = await farthest(centred, nearest, count - chosen.length);
    }
  } finally {
    tf.dispose([centred, norms, nearest]);
  }
}

/** The squared distance of every row to the nearest taken one; a taken row itself is out of the race. */
function afterTaking(rows: Tensor2D, norms: Tensor1D, nearest: Tensor1D, taken: readonly number[]): Tensor1D {
  const places = tf.tensor1d([...taken], 'int32');
  const centers = tf.gather(rows as Tensor, places).transpose() as Tensor2D;
  const squared = norms.expandDims(1).sub(tf.matMul(rows, centers).mul(2)).add(tf.gather(norms, places));
  const isTaken = tf.scatterND(places.expandDims(1), tf.ones([taken.length]), [rows.shape[0]] as [number]);
  const shrunk = tf.minimum(nearest, squared.min(1).relu());
  return tf.where(isTaken.greater(0), tf.fill([rows.shape[0]], -1), shrunk) as Tensor1D;
}

/** What the plain rule would take next, as far as one look at the farthest rows can tell. */
async function farthest(rows: Tensor2D, nearest: Tensor1D, wanted: number): Promise<number[]> {
  const [n, d] = rows.shape;
  const looked = Math.min(n, CANDIDATES + 1);
  const { values, indices } = tf.topk(nearest, looked);
  const candidates = tf.gather(rows as Tensor, indices as Tensor1D);
  try {
    const [squared, places, features] = await Promise.all([values.data(), indices.data(), candidates.data()]);
    // Rows beyond the last candidate are at most as far as it.
    const bound = looked === n ? -1 : squared[looked - 1];
    return farthestAmong(
      { squared: squared as Float32Array, places: places as Int32Array, features: features as Float32Array, width: d },
      bound,
      wanted,
    );
  } finally {
    tf.dispose([values, indices, candidates]);
  }
}

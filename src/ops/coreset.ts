import { setImmediate as nextTurn } from 'node:timers/promises';
import { InterruptedError, ShapeError } from '../errors.js';
import { tf, type Tensor1D, type Tensor2D } from '../runtime/tf.js';

/** Steps between two turns of the event loop: progress is shown and an abort is noticed. */
const STEPS_PER_TURN = 64;

export interface CoresetOptions {
  /** The row that is taken first, and kept. */
  readonly first: number;
  readonly onProgress?: (chosen: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Greedy k-centre selection (Gonzalez 1985; Roth et al. 2022, algorithm 1): takes again and again the row that is farthest from all
 * rows taken so far. A step is one matrix-vector product, a minimum, an argMax and a gather on the device; nothing is
 * read back before the end. Ties go to the lowest row.
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
  const chosen: Tensor1D[] = [tf.tensor1d([first], 'int32')];
  let nearest = tf.fill([n], Infinity) as Tensor1D;
  try {
    while (chosen.length < count) {
      const last = chosen[chosen.length - 1];
      const [next, updated] = tf.tidy(() => farthest(centred, norms, nearest, last));
      nearest.dispose();
      nearest = updated;
      chosen.push(next);
      if (chosen.length % STEPS_PER_TURN === 0) {
        onProgress?.(chosen.length);
        await nextTurn();
        if (signal?.aborted) throw new InterruptedError('the selection of the memory bank was stopped');
      }
    }
    const all = tf.tidy(() => tf.concat(chosen));
    const indices = (await all.data()) as Int32Array;
    all.dispose();
    onProgress?.(count);
    return distinct(indices, n);
  } finally {
    tf.dispose([centred, norms, nearest, ...chosen]);
  }
}

function farthest(rows: Tensor2D, norms: Tensor1D, nearest: Tensor1D, last: Tensor1D): [Tensor1D, Tensor1D] {
  const center = tf.gather(rows, last).transpose() as Tensor2D;
  // |c|^2 is the same for every row, but the running minimum compares different centres.
  const squared = norms.sub(tf.matMul(rows, center).squeeze([1]).mul(2)).add(tf.gather(norms, last));
  const updated = tf.minimum(nearest, squared) as Tensor1D;
  return [updated.argMax().expandDims(0).toInt() as Tensor1D, updated];
}

/** Once only duplicates are left, rounding decides and may name a row twice; free rows take its place, lowest first. */
function distinct(indices: Int32Array, n: number): Int32Array {
  const seen = new Set(indices);
  if (seen.size === indices.length) return indices;
  const free = Array.from({ length: n }, (_, i) => i).filter((i) => !seen.has(i));
  const taken = new Set<number>();
  return indices.map((index) => {
    const row = taken.has(index) ? free.shift()! : index;
    taken.add(row);
    return row;
  });
}

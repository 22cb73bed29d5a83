import { ShapeError } from '../errors.js';
import type { Random } from '../runtime/random.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D } from '../runtime/tf.js';
import { NeighborIndex } from './nearest.js';

const MOST_ROUNDS = 100;

/**
 * The centres of `count` clusters of rows on the device (Lloyd 1982), begun at rows drawn at random. A centre that loses all rows stays
 * where it is.
 *
 * @param rows `[n, d]`, borrowed
 * @returns `[count, d]`, owned by the caller
 * @throws ShapeError when there are fewer rows than clusters
 */
export async function kMeans(rows: Tensor2D, count: number, random: Random): Promise<Tensor2D> {
  const [n] = rows.shape;
  if (!Number.isInteger(count) || count < 1 || count > n) {
    throw new ShapeError(`kMeans: expected 1 to ${n} clusters of ${n} rows, got ${count}`);
  }
  const drawn = random.shuffled(Array.from({ length: n }, (_, i) => i)).slice(0, count);
  let centres = tf.tidy(() => tf.gather(rows as Tensor, tf.tensor1d(drawn, 'int32')) as Tensor2D);
  let clusters: Tensor1D | null = null;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = nearestCentres(rows, centres);
    const settled = clusters !== null && (await same(clusters, next));
    clusters?.dispose();
    clusters = next;
    if (settled) break;
    const moved = means(rows, clusters, centres);
    centres.dispose();
    centres = moved;
  }
  clusters?.dispose();
  return centres;
}

function nearestCentres(rows: Tensor2D, centres: Tensor2D): Tensor1D {
  return tf.tidy(() => new NeighborIndex(centres).search(rows, 1).indices.flatten() as Tensor1D);
}

async function same(a: Tensor1D, b: Tensor1D): Promise<boolean> {
  const verdict = tf.tidy(() => tf.equal(a, b).all());
  const [equal] = await verdict.data();
  verdict.dispose();
  return equal === 1;
}

function means(rows: Tensor2D, clusters: Tensor1D, centres: Tensor2D): Tensor2D {
  const [count] = centres.shape;
  return tf.tidy(() => {
    const sums = tf.unsortedSegmentSum(rows, clusters, count) as Tensor2D;
    const sizes = tf.unsortedSegmentSum(tf.ones([rows.shape[0], 1]), clusters, count) as Tensor2D;
    const filled = sizes.greater(0);
    return tf.where(filled.tile([1, rows.shape[1]]), sums.div(sizes.maximum(1)), centres) as Tensor2D;
  });
}

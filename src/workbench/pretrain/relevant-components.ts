import { DataError } from '../../errors.js';
import { FilterbankExtractor } from '../../models/backbones/filterbank.js';
import { FILTERS } from '../../models/backbones/filterbank-rca.js';
import type { FitContext, FitSource } from '../../models/detector.js';
import { NeighborIndex } from '../../ops/nearest.js';
import { symmetricEigen } from '../../ops/symmetric-eigen.js';
import { requireGoingOn } from '../require-going-on.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor1D, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';

/** Places of all pictures together, at most: a covariance of 36 values needs no more. */
const PLACES = 40_000;
/** Side of the neighbourhood whose mean is compared, as in PatchCore. */
const SIDE = 3;
/** What is added to every variance, as a share of their mean, so that a direction in which little varies is not blown up. */
const FLOOR = 1;

export interface RelevantComponents {
  /** `[1, 1, d, d]`: columns are the directions, divided by how far look-alike places of good pictures are apart in them. */
  readonly weight: Tensor4D;
  /** `[d]`: brings the mean of good places to 0. */
  readonly bias: Tensor1D;
}

/**
 * Relevant component analysis (Bar-Hillel, Hertz, Shental and Weinshall, Learning a Mahalanobis Metric from Equivalence Constraints, JMLR
 * 2005) of the filter bank's features. A chunklet is a place and the nearest one in another good picture: what differs between those two
 * is what good parts vary in, and the map that makes it white gives it as little weight as it deserves.
 *
 * @returns owned by the caller
 * @throws DataError when there are fewer than two pictures
 */
export async function relevantComponents(source: FitSource, context: FitContext): Promise<RelevantComponents> {
  const [one, other] = await halves(source, context);
  try {
    const sums = [await scatterOf(one, other), await scatterOf(other, one)];
    const covariance = tf.tidy(() => tf.addN(sums).div<Tensor2D>(one.shape[0] + other.shape[0]));
    const size = covariance.shape[0];
    const map = whitening(Float64Array.from(await covariance.data()), size);
    const result = tf.tidy(() => {
      const weight = tf.tensor2d(map, [size, size]);
      const mean = tf.concat([one, other], 0).mean(0, true) as Tensor2D;
      const bias = tf.matMul(mean, weight).neg().squeeze([0]) as Tensor1D;
      return { weight: weight.expandDims(0).expandDims(0) as Tensor4D, bias };
    });
    tf.dispose([...sums, covariance]);
    return result;
  } finally {
    tf.dispose([one, other]);
  }
}

/** Places of every second picture, and of the others: `[n, d]` each. */
async function halves(source: FitSource, { seed, progress, signal }: FitContext): Promise<[Tensor2D, Tensor2D]> {
  const bank = new FilterbankExtractor(FILTERS);
  const random = new Random(seed).fork('relevant components');
  const most = Math.max(1, Math.floor(PLACES / source.count));
  const rows: [Tensor2D[], Tensor2D[]] = [[], []];
  let seen = 0;
  progress.start('looking at the training pictures', source.count);
  try {
    for await (const { pixels, references } of source.batches()) {
      references?.dispose();
      requireGoingOn(signal);
      const places = tf.tidy(() => {
        const [features] = bank.extract(pixels);
        const [, gh, gw] = features.shape;
        const means = tf.avgPool(features, [Math.min(SIDE, gh), Math.min(SIDE, gw)], 1, 'valid');
        return tf.unstack(means.reshape([means.shape[0], -1, means.shape[3]])) as Tensor2D[];
      });
      pixels.dispose();
      for (const all of places) {
        const count = all.shape[0];
        const chosen = random.shuffled(Array.from({ length: count }, (_, i) => i)).slice(0, most);
        rows[seen++ % 2].push(tf.tidy(() => tf.gather(all, tf.tensor1d(chosen, 'int32'))));
        all.dispose();
      }
      progress.update(seen);
    }
    if (seen < 2) throw new DataError(`pretrain: expected two good pictures or more to compare, got ${seen}`);
    return rows.map((parts) => tf.concat(parts, 0)) as [Tensor2D, Tensor2D];
  } finally {
    progress.stop();
    bank.dispose();
    tf.dispose(rows);
  }
}

/** `[d, d]`: the sum of the squares of what lies between queries and the rows nearest to them. */
async function scatterOf(queries: Tensor2D, rows: Tensor2D): Promise<Tensor2D> {
  const index = new NeighborIndex(rows);
  const { squared, indices } = await index.find(queries, 1);
  index.dispose();
  const scatter = tf.tidy(() => {
    const apart = queries.sub<Tensor2D>(tf.gather(rows, indices.flatten() as Tensor1D));
    return tf.matMul(apart, apart, true, false) as Tensor2D;
  });
  tf.dispose([squared, indices]);
  return scatter;
}

/** `V diag(1 / sqrt(values + floor))` of a covariance, row by row. */
function whitening(covariance: Float64Array, size: number): Float32Array {
  const { values, vectors } = symmetricEigen(covariance, size);
  const floor = (FLOOR * values.reduce((sum, value) => sum + Math.max(value, 0), 0)) / size + 1e-12;
  return Float32Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return vectors[column * size + row] / Math.sqrt(Math.max(values[column], 0) + floor);
  });
}

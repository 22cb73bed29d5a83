import { crossProducts } from '../../ops/cross-products.js';
import { symmetricEigen } from '../../ops/symmetric-eigen.js';
import { tf, type Tensor2D } from '../../runtime/tf.js';
import { ledoitWolfShrinkage } from './ledoit-wolf.js';

/** Directions whose variance is a smaller share of the largest are rounding of float32. */
const RANK_TOLERANCE = 1e-6;
/** Deviations that are a smaller share of the values themselves are rounding, too. */
const SPREAD_TOLERANCE = 1e-6;

/** Directions of rows, from the largest variance on. */
export interface PrincipalComponents {
  /** `[1, d]`, owned by whoever gets it */
  readonly mean: Tensor2D;
  /** `[d, rank]`, orthonormal columns, owned by whoever gets it */
  readonly components: Tensor2D;
  /** Variance along each, of the sample (divided by n - 1), descending, all above 0. */
  readonly variances: Float64Array;
  /** How many of them, from the first on, hold more than `share` of the variance: as scikit-learn counts. */
  readonly enough: number;
  /** The share of the identity in the Ledoit-Wolf estimate of the covariance. */
  readonly shrinkage: number;
}

/**
 * Principal components of rows, from the smaller of the two matrices of products: of columns, or of rows where there are fewer of them (the
 * eigenvectors of one follow from those of the other).
 *
 * @param rows `[n, d]` finite, borrowed
 * @param share of the variance, above 0 and at most 1; 1 = all components
 * @returns null when the rows do not vary
 */
export async function principalComponents(rows: Tensor2D, share: number): Promise<PrincipalComponents | null> {
  const [n, d] = rows.shape;
  const mean = tf.tidy(() => rows.mean(0, true) as Tensor2D);
  const centred = rows.sub(mean) as Tensor2D;
  try {
    const fromRows = n < d;
    const size = fromRows ? n : d;
    const { values, vectors } = symmetricEigen(await crossProducts(centred, fromRows ? 'rows' : 'columns'), size);
    const rank = values.filter((value) => value > RANK_TOLERANCE * values[0]).length;
    const rounding = n * SPREAD_TOLERANCE ** 2 * (await squaredLength(mean));
    if (n < 2 || rank === 0 || values[0] <= rounding) {
      mean.dispose();
      return null;
    }
    const variances = values.slice(0, rank).map((value) => value / (n - 1));
    const basis = Float32Array.from(vectors.subarray(0, rank * size));
    const components = tf.tidy(() => {
      const own = tf.tensor2d(basis, [rank, size]);
      if (!fromRows) return own.transpose() as Tensor2D;
      const mapped = tf.matMul(centred, own, true, true);
      return mapped.div(mapped.square().sum(0, true).sqrt()) as Tensor2D;
    });
    return {
      mean,
      components,
      variances,
      enough: enoughFor(share, variances),
      shrinkage: await shrinkageOf(centred, values),
    };
  } finally {
    centred.dispose();
  }
}

function enoughFor(share: number, variances: Float64Array): number {
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  let held = 0;
  for (let i = 0; i < variances.length; i++) {
    held += variances[i];
    if (held > share * total) return i + 1;
  }
  return variances.length;
}

/** @param values eigenvalues of the products of centred rows */
async function shrinkageOf(centred: Tensor2D, values: Float64Array): Promise<number> {
  const [rows, width] = centred.shape;
  const lengths = tf.tidy(() => centred.square().sum(1));
  const squaredLengths = (await lengths.data()) as Float32Array;
  lengths.dispose();
  const trace = squaredLengths.reduce((sum, value) => sum + value, 0) / rows;
  const squares = values.reduce((sum, value) => sum + (value / rows) ** 2, 0);
  const fourth = squaredLengths.reduce((sum, value) => sum + value ** 2, 0);
  return ledoitWolfShrinkage({ rows, width, trace, squares, fourth });
}

async function squaredLength(row: Tensor2D): Promise<number> {
  const values = (await row.data()) as Float32Array;
  return values.reduce((sum, value) => sum + value ** 2, 0);
}

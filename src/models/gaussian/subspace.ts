import { tf, type Tensor, type Tensor1D, type Tensor2D } from '../../runtime/tf.js';
import type { PrincipalComponents } from './principal-components.js';

export type SubspaceMethod = 'fre' | 'nll' | 'mahalanobis';

/**
 * Principal components and what a method makes of them, as tensors that a model file can hold: `mean` `[1, d]`, `components` `[d, r]`, the
 * inverse variances `precisions` `[r]`, which components the reconstruction uses `kept` `[r]` (0 or 1), the inverse variance of what is
 * outside of the components `residual` `[1]`, and `offset` `[1]`, which is added to the score.
 */
export interface Subspace {
  readonly [name: string]: Tensor;
  readonly mean: Tensor2D;
  readonly components: Tensor2D;
  readonly precisions: Tensor1D;
  readonly kept: Tensor1D;
  readonly residual: Tensor1D;
  readonly offset: Tensor1D;
}

/** The shapes that a subspace of rows of `width` values has. */
export const subspaceShapes = (width: number) => ({
  mean: [1, width],
  components: [width, null],
  precisions: [null],
  kept: [null],
  residual: [1],
  offset: [1],
});

/** Variance outside of the components is no smaller than this share of the largest: nothing is known about less. */
const SMALLEST_RESIDUAL = 1e-6;

/**
 * @param found its tensors go over into the subspace
 * @param rows how many rows it was found from
 * @returns tensors owned by the caller
 */
export function subspaceOf(found: PrincipalComponents, method: SubspaceMethod, rows: number): Subspace {
  const { mean, variances, enough, shrinkage } = found;
  if (method !== 'mahalanobis') {
    const kept = variances.slice(0, enough);
    const offset = method === 'nll' ? kept.reduce((sum, v) => sum + Math.log(2 * Math.PI * v) / 2, 0) : 0;
    const components = found.components.slice([0, 0], [-1, enough]) as Tensor2D;
    found.components.dispose();
    return tensors(mean, components, { precisions: kept.map((v) => 1 / v), kept: enough, residual: 0, offset });
  }
  const population = variances.map((v) => (v * (rows - 1)) / rows);
  const sphere = (shrinkage * population.reduce((sum, v) => sum + v, 0)) / mean.shape[1];
  const residual = 1 / Math.max(sphere, SMALLEST_RESIDUAL * population[0]);
  const precisions = population.map((v) => 1 / ((1 - shrinkage) * v + sphere));
  return tensors(mean, found.components, { precisions, kept: enough, residual, offset: 0 });
}

function tensors(
  mean: Tensor2D,
  components: Tensor2D,
  values: { precisions: Float64Array; kept: number; residual: number; offset: number },
): Subspace {
  const kept = Float32Array.from(values.precisions, (_, i) => (i < values.kept ? 1 : 0));
  return {
    mean,
    components,
    precisions: tf.tensor1d(Float32Array.from(values.precisions)),
    kept: tf.tensor1d(kept),
    residual: tf.tensor1d([values.residual]),
    offset: tf.tensor1d([values.offset]),
  };
}

/**
 * What the kept components leave of rows. Plain tfjs that reads nothing back, as is `gaussianScore`.
 *
 * @param rows `[n, d]`, borrowed
 * @returns `[n, d]`, owned by the caller
 */
export function reconstructionError(rows: Tensor2D, { mean, components, kept }: Subspace): Tensor2D {
  return tf.tidy(() => {
    const deviations = rows.sub(mean) as Tensor2D;
    const coordinates = deviations.matMul(components).mul(kept) as Tensor2D;
    return deviations.sub(tf.matMul(coordinates, components, false, true)) as Tensor2D;
  });
}

/**
 * `offset + z^T P z / 2` for `nll`, and for `mahalanobis` the root of `z^T P z + residual |rest|^2`: z are the coordinates of a row
 * in the components, P the precisions, and the rest is what all components leave of the row.
 *
 * @param rows `[n, d]`, borrowed
 * @returns `[n]`, owned by the caller
 */
export function gaussianScore(rows: Tensor2D, subspace: Subspace, method: 'nll' | 'mahalanobis'): Tensor1D {
  const { mean, components, precisions, residual, offset } = subspace;
  return tf.tidy(() => {
    const deviations = rows.sub(mean) as Tensor2D;
    const coordinates = deviations.matMul(components);
    const inside = coordinates.square().mul(precisions).sum(1);
    if (method === 'nll') return inside.div(2).add(offset) as Tensor1D;
    const rest = deviations.sub(tf.matMul(coordinates, components, false, true));
    return inside.add(rest.square().sum(1).mul(residual)).sqrt() as Tensor1D;
  });
}

import { DataError } from '../../errors.js';
import type { Tensor3D } from '../../runtime/tf.js';
import { inverseCholesky } from '../gaussian/inverse-cholesky.js';
import { PlaceMoments } from '../gaussian/place-moments.js';

/**
 * The Mahalanobis distance of every point to the Gaussian of its group, on the host in float64.
 *
 * @param groups `[g, n, d]`, borrowed
 * @param eps added to the diagonal of every covariance
 * @returns `g * n` values, group by group
 * @throws DataError when a covariance cannot be factored
 */
export async function gaussianDistances(groups: Tensor3D, eps: number): Promise<Float32Array> {
  const [g, n, d] = groups.shape;
  const values = (await groups.data()) as Float32Array;
  const distances = new Float32Array(g * n);
  for (let group = 0; group < g; group++) {
    const moments = new PlaceMoments(1, d);
    const points = values.subarray(group * n * d, (group + 1) * n * d);
    for (let i = 0; i < n; i++) moments.add(points.subarray(i * d, (i + 1) * d));
    const factor = moments.covariance(0, eps);
    if (!inverseCholesky(factor, d)) {
      throw new DataError(`the covariance of a place cannot be inverted; raise covariance_eps (now ${eps})`);
    }
    for (let i = 0; i < n; i++) distances[group * n + i] = whitenedLength(points, i * d, moments.mean, factor);
  }
  return distances;
}

/** `|L^-1 (x - mean)|`, with the lower triangle of `L^-1` row by row. */
function whitenedLength(points: Float32Array, at: number, mean: Float64Array, factor: Float64Array): number {
  let sum = 0;
  let entry = 0;
  for (let row = 0; row < mean.length; row++) {
    let product = 0;
    for (let column = 0; column <= row; column++) product += factor[entry++] * (points[at + column] - mean[column]);
    sum += product * product;
  }
  return Math.sqrt(sum);
}

import type { NeighborIndex } from '../../ops/nearest.js';
import { tf, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { PatchcoreParams } from './patchcore-params.js';

/** How distances are measured; `cosine` is that of features of unit length. */
export interface DistanceParams extends Pick<PatchcoreParams, 'num_neighbors' | 'neighbor_reduce'> {
  readonly distance: 'euclidean' | 'squared' | 'cosine';
}

/**
 * Distances of patches to a bank. Written in plain tfjs so that it can be recorded.
 *
 * @param features `[n, gh, gw, d]`, borrowed
 * @returns maps `[n, gh, gw]` and, for every patch, the number of its nearest row `[n * gh * gw]` int32; owned by the caller
 */
export function patchDistances(
  features: Tensor4D,
  bank: NeighborIndex,
  { num_neighbors, neighbor_reduce, distance }: DistanceParams,
): { maps: Tensor3D; nearest: Tensor1D } {
  const [n, h, w, d] = features.shape;
  const [maps, nearest] = tf.tidy(() => {
    const { squared, indices } = bank.search(features.reshape([n * h * w, d]), num_neighbors);
    const distances = measured(squared, distance);
    const reduced =
      neighbor_reduce === 'mean' ? distances.mean(1) : distances.slice([0, squared.shape[1] - 1], [-1, 1]);
    return [reduced.reshape([n, h, w]) as Tensor3D, indices.slice([0, 0], [-1, 1]).flatten() as Tensor1D];
  });
  return { maps, nearest };
}

function measured(squared: Tensor2D, distance: DistanceParams['distance']): Tensor2D {
  if (distance === 'cosine') return squared.mul(0.5);
  return distance === 'squared' ? squared : squared.sqrt();
}

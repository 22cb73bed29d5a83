import { tf, type Tensor2D, type Tensor3D } from '../runtime/tf.js';
import { nearestOthers } from './nearest-others.js';

/** Keeps the density of duplicates finite, as scikit-learn does. */
const SMALLEST_REACH = 1e-10;

/**
 * Local outlier factors (Breunig et al., SIGMOD 2000) of the points of several groups, each group by itself: the mean density of a
 * point's k nearest neighbours over its own, where a density is 1 over the mean reachability distance to the k neighbours. About 1 inside a
 * cluster, more outside.
 *
 * @param groups `[g, n, d]`, borrowed
 * @param k neighbours, 1 to n - 1
 * @returns `[g, n]`, owned by the caller
 * @throws ShapeError when a group has too few points
 */
export function localOutlierFactors(groups: Tensor3D, k: number): Tensor2D {
  const [g, n] = groups.shape;
  return tf.tidy(() => {
    const { distances, neighbors } = nearestOthers(groups, k);
    const reach = distances.slice([0, k - 1], [-1, 1]).flatten();
    const density = tf.div(1, tf.maximum(distances, tf.gather(reach, neighbors)).mean(1).add(SMALLEST_REACH));
    const around = tf.gather(density, neighbors).mean(1);
    return around.div(density).reshape([g, n]);
  });
}

import { reduceMap } from '../../ops/reduce-map.js';
import type { Tensor1D, Tensor3D } from '../../runtime/tf.js';

/**
 * The image scores of maps: the mean of the highest `share` of places (rounded up to whole places), or with 0 the highest place alone.
 *
 * @param maps `[n, h, w]`, borrowed
 * @returns `[n]`, owned by the caller
 */
export function highestPlaces(maps: Tensor3D, share: number): Tensor1D {
  return reduceMap(maps, share === 0 ? { method: 'max', topk: 1 } : { method: 'topk_mean', topk: share });
}

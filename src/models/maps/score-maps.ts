import type { Size } from '../../config/size.js';
import { reduceMap } from '../../ops/reduce-map.js';
import { upsampleSmooth } from '../../ops/upsample-smooth.js';
import { tf, type Tensor1D, type Tensor3D } from '../../runtime/tf.js';
import type { ScoringParams } from './map-params.js';

/**
 * The score of every map.
 *
 * @param maps `[n, h, w]` float32, borrowed
 * @param sizes the size of each picture before it was resized
 * @returns `[n]` float32, owned by the caller
 */
export function scoreMaps(maps: Tensor3D, sizes: readonly Size[], params: ScoringParams): Tensor1D {
  const reduction = { method: params.reduction, topk: params.topk };
  const [, height, width] = maps.shape;
  const asPicture = (some: Tensor3D, size: Size) => {
    if (size.height === height && size.width === width) return reduceMap(some, reduction);
    return reduceMap(upsampleSmooth(some, size, { interpolation: 'bilinear', sigma: { y: 0, x: 0 } }), reduction);
  };
  if (params.score_size === 'model') return reduceMap(maps, reduction);
  return tf.tidy(() => tf.concat(sizes.map((size, i) => asPicture(maps.slice(i, 1), size))));
}

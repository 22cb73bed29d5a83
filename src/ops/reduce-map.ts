import { ShapeError } from '../errors.js';
import { tf, type Tensor1D, type Tensor2D, type Tensor3D } from '../runtime/tf.js';

export interface MapReduction {
  readonly method: 'max' | 'mean' | 'topk_mean';
  /** The share of the highest pixels that `topk_mean` averages, above 0 and at most 1. */
  readonly topk: number;
}

/**
 * One number a map. `topk_mean` is the mean of the `max(1, ceil(h * w * topk))` highest pixels.
 *
 * @param maps `[n, h, w]` float32, borrowed
 * @returns `[n]` float32, owned by the caller
 * @throws ShapeError if the share is not above 0 and at most 1
 */
export function reduceMap(maps: Tensor3D, { method, topk }: MapReduction): Tensor1D {
  const [n, h, w] = maps.shape;
  if (!(topk > 0 && topk <= 1)) throw new ShapeError(`reduceMap: expected a share above 0 and at most 1, got ${topk}`);
  const k = Math.max(1, Math.ceil(h * w * topk));
  return tf.tidy(() => {
    const flat = maps.reshape<Tensor2D>([n, h * w]);
    if (method === 'max' || (method === 'topk_mean' && k === 1)) return tf.max(flat, 1) as Tensor1D;
    if (method === 'mean' || k === h * w) return tf.mean(flat, 1) as Tensor1D;
    return tf.mean(tf.topk(flat, k, false).values, 1) as Tensor1D;
  });
}

import { ShapeError } from '../errors.js';
import { tf, type Tensor, type Tensor2D, type Tensor3D } from '../runtime/tf.js';
import { directSquaredDistances } from './distance.js';

/**
 * The k nearest other points of every point, within its group. Found by a matrix product, then measured by direct difference.
 *
 * @param groups `[g, n, d]`, borrowed
 * @returns `[g * n, k]`, each: distances, ascending, and row numbers among all `g * n` points; owned by the caller
 */
export function nearestOthers(groups: Tensor3D, k: number): { distances: Tensor2D; neighbors: Tensor2D } {
  const [g, n, d] = groups.shape;
  if (!Number.isInteger(k) || k < 1 || k >= n) {
    throw new ShapeError(`nearestOthers: expected k from 1 to ${n - 1}, one less than the points of a group, got ${k}`);
  }
  const [distances, neighbors] = tf.tidy(() => {
    // Centred points have smaller norms, so that less is lost in |x|^2 + |y|^2 - 2 x.y.
    const centred = groups.sub(groups.mean(1, true)) as Tensor3D;
    const norms = centred.square().sum(2, true);
    const near = tf
      .matMul(centred, centred, false, true)
      .mul(2)
      .sub(norms)
      .sub(norms.transpose([0, 2, 1]));
    // A point is none of its own neighbours: on the diagonal stands less than any other value.
    const others = near.sub(tf.eye(n).mul(near.min().mul(-2).add(1))) as Tensor3D;
    const { indices } = tf.topk(others.reshape([g * n, n]), k);
    const starts = tf.range(0, g * n, n, 'int32').reshape([g, 1, 1]);
    const rows = indices
      .reshape([g, n, k])
      .add(starts)
      .reshape([g * n, k])
      .toInt() as Tensor2D;
    const points = centred.reshape([g * n, d]) as Tensor2D;
    const squared = directSquaredDistances(points, tf.gather(points as Tensor, rows) as Tensor3D);
    const { values, indices: order } = tf.topk(squared.neg(), k);
    const offsets = tf.range(0, g * n * k, k, 'int32').reshape([g * n, 1]);
    const sorted = tf.gather(rows.flatten() as Tensor, order.add(offsets).toInt());
    return [values.neg().sqrt() as Tensor2D, sorted as Tensor2D];
  });
  return { distances, neighbors };
}

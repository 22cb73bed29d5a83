import { tf, type Tensor, type Tensor2D } from '../runtime/tf.js';
import type { TileAxis, TileSegment } from './tile-axis.js';

/**
 * One segment of an axis, put together from the tiles that cover it: their weighted sum, their largest value, or a plain cut of the only one.
 * Tiles are added in rising order, whatever order they were made in. What no tile covers is 0.
 *
 * @param parts the maps of the tiles by their number, `extent` long along `dim` and of one length across; borrowed
 * @param across the length of the other axis
 * @param dim 0: the axis runs down, 1: it runs to the right
 * @returns `end - start` along `dim`, owned by the caller
 */
export function blendTiles(
  { start, end, tiles, weights }: TileSegment,
  { origins }: TileAxis,
  parts: ReadonlyMap<number, Tensor2D>,
  across: number,
  dim: 0 | 1,
): Tensor2D {
  const length = end - start;
  if (tiles.length === 0) return tf.zeros(dim === 0 ? [length, across] : [across, length]);
  return tf.tidy(() => {
    const cuts = tiles.map((tile) => {
      const from = start - origins[tile];
      const part = parts.get(tile) as Tensor2D;
      return dim === 0 ? part.slice([from, 0], [length, across]) : part.slice([0, from], [across, length]);
    });
    if (weights === null) return cuts.reduce((a, b) => a.maximum(b) as Tensor2D);
    const shape: [number, number] = dim === 0 ? [length, 1] : [1, length];
    const shares: Tensor[] = cuts.map((cut, i) => cut.mul(tf.tensor2d(weights[i], shape)));
    return shares.reduce((a, b) => a.add(b)) as Tensor2D;
  });
}

import { tf, type Tensor4D } from '../../runtime/tf.js';
import { axisTiles } from './axis-tiles.js';

/** All in pixels of the model's input. */
export interface Tiling {
  /** Side of a tile. */
  readonly tile: number;
  /** What neighbouring tiles share at least. */
  readonly overlap: number;
  /** What every side, position and seam of a tile is a multiple of: what the backbone needs. */
  readonly unit: number;
  /** Lies between two neighbouring places of the grid. */
  readonly stride: number;
}

/**
 * Features of large pictures, computed in overlapping tiles and put together to one grid: every place is taken from the tile in which
 * it lies most central. Tiles of one row are one batch. Written in plain tfjs so that it can be recorded.
 *
 * @param pixels `[n, h, w, 3]`, borrowed
 * @param embed `[m, th, tw, 3]` -> `[m, th / stride, tw / stride, d]`
 * @returns `[n, h / stride, w / stride, d]`, owned by the caller
 */
export function tiledFeatures(
  pixels: Tensor4D,
  { tile, overlap, unit, stride }: Tiling,
  embed: (tiles: Tensor4D) => Tensor4D,
): Tensor4D {
  const [n, h, w] = pixels.shape;
  const [rows, columns] = [h, w].map((side) => axisTiles(side / unit, tile / unit, overlap / unit));
  if (rows.length === 1 && columns.length === 1) return embed(pixels);
  const places = unit / stride;
  return tf.tidy(() => {
    const strips = rows.map((row) => {
      const strip = pixels.slice([0, row.start * unit, 0, 0], [-1, row.length * unit, -1, -1]);
      const tiles = columns.map(({ start, length }) =>
        strip.slice([0, 0, start * unit, 0], [-1, -1, length * unit, -1]),
      );
      const features = embed(tf.concat(tiles, 0));
      const owned = columns.map((column, i) =>
        features.slice(
          [i * n, places * (row.from - row.start), places * (column.from - column.start), 0],
          [n, places * (row.to - row.from), places * (column.to - column.from), -1],
        ),
      );
      return tf.concat(owned, 2);
    });
    return tf.concat(strips, 1);
  });
}

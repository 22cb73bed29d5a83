/** A tile of one axis: what is read, and which part of it counts. All in whole units. */
export interface AxisTile {
  /** Where the tile begins. */
  readonly start: number;
  readonly length: number;
  /** The part that this tile answers for, counted from the beginning of the axis; neighbours meet without gap or overlap. */
  readonly from: number;
  readonly to: number;
}

/**
 * Covers an axis with evenly spread tiles that overlap by at least `overlap` on both sides. Where tiles overlap, each unit belongs to the
 * tile in which it lies nearer to the middle, so that nothing is counted twice and nothing is blended. An axis that is not longer than a
 * tile is one tile.
 *
 * @param length of the axis
 * @param tile length of a tile, more than `overlap`
 */
export function axisTiles(length: number, tile: number, overlap: number): AxisTile[] {
  if (length <= tile) return [{ start: 0, length, from: 0, to: length }];
  const count = Math.ceil((length - tile) / (tile - overlap)) + 1;
  const starts = Array.from({ length: count }, (_, i) => Math.floor((i * (length - tile)) / (count - 1)));
  // The middle of the overlap of a tile with the one before.
  const seams = starts.map((start, i) => (i === 0 ? 0 : Math.ceil((starts[i - 1] + tile + start) / 2)));
  return starts.map((start, i) => ({ start, length: tile, from: seams[i], to: seams[i + 1] ?? length }));
}

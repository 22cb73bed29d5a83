import { ShapeError } from '../errors.js';
import { tileWindow, type TileBlend } from './tile-window.js';

export interface TileAxisRule {
  /** Length of a tile. */
  readonly size: number;
  /** From one tile to the next. */
  readonly stride: number;
  readonly reduce: TileBlend | 'max' | 'own';
  /** Full weight out to the ends of the axis; see `tileWindow`. */
  readonly open: boolean;
}

/** A stretch of an axis that the same tiles cover. */
export interface TileSegment {
  readonly start: number;
  readonly end: number;
  /** The tiles that its values come from, in rising order; none where tiles leave a gap. */
  readonly tiles: readonly number[];
  /** The share of each tile, `[end - start]`, summing to 1 at every pixel; null where there is one tile, or the largest value counts. */
  readonly weights: readonly Float32Array[] | null;
}

/** One axis of a picture as tiles cover it. Windows of two axes are products of these, and so are their shares. */
export interface TileAxis {
  readonly length: number;
  /** Where tiles begin. */
  readonly origins: readonly number[];
  /** The pixels of a tile that lie on the axis: its length, or all of a shorter axis. */
  readonly extent: number;
  /** From the beginning to the end, without gaps. */
  readonly segments: readonly TileSegment[];
}

/**
 * Tiles at 0, s, 2 s ... and one that ends where the axis ends. `own` gives every pixel to the tile whose centre is nearest, to the lower of two.
 *
 * @throws ShapeError if a length is not a whole number of 1 or more
 */
export function tileAxis(length: number, rule: TileAxisRule): TileAxis {
  const { size, stride } = rule;
  if (![length, size, stride].every((n) => Number.isInteger(n) && n >= 1)) {
    throw new ShapeError(
      `tileAxis: expected whole lengths of 1 or more, got ${length} in tiles of ${size} every ${stride}`,
    );
  }
  const last = Math.max(0, length - size);
  const origins = Array.from({ length: Math.floor(last / stride) + 1 }, (_, i) => i * stride);
  if (origins[origins.length - 1] !== last) origins.push(last);
  const extent = Math.min(size, length);
  const cuts = rule.reduce === 'own' ? halfways(origins, extent) : edges(origins, extent);
  const bounds = [...new Set([0, ...cuts, length])].sort((a, b) => a - b);
  const windows =
    rule.reduce === 'max' || rule.reduce === 'own' ? null : windowsOf(origins.length, size, rule.reduce, rule.open);
  const segments = bounds.slice(1).map((end, i) => segmentOf(bounds[i], end, { origins, extent, rule, windows }));
  return { length, origins, extent, segments };
}

function edges(origins: readonly number[], extent: number): number[] {
  return origins.flatMap((origin) => [origin, origin + extent]);
}

/** A pixel whose centre is as far from both tiles is the lower one's. Where tiles leave a gap, both edges of it are cuts too. */
function halfways(origins: readonly number[], extent: number): number[] {
  return origins.slice(1).flatMap((origin, i) => {
    const before = origins[i];
    if (origin > before + extent) return [before + extent, origin];
    // The last pixel of the lower tile is the last x with x + 0.5 at most halfway between the centres.
    return [Math.floor((before + origin + extent) / 2 - 0.5) + 1];
  });
}

function windowsOf(count: number, size: number, blend: TileBlend, open: boolean): Float64Array[] {
  return Array.from({ length: count }, (_, i) =>
    tileWindow(size, blend, { open, first: i === 0, last: i === count - 1 }),
  );
}

interface Layout {
  readonly origins: readonly number[];
  readonly extent: number;
  readonly rule: TileAxisRule;
  readonly windows: readonly Float64Array[] | null;
}

function segmentOf(start: number, end: number, { origins, extent, rule, windows }: Layout): TileSegment {
  const covering = origins.flatMap((origin, i) => (origin <= start && end <= origin + extent ? i : []));
  const distance = (tile: number) => Math.abs(start + 0.5 - (origins[tile] + extent / 2));
  const nearest = (best: number, tile: number) => (distance(tile) < distance(best) ? tile : best);
  const tiles = rule.reduce === 'own' && covering.length > 0 ? [covering.reduce(nearest)] : covering;
  if (windows === null || tiles.length < 2) return { start, end, tiles, weights: null };
  const shares = tiles.map((tile) => windows[tile].subarray(start - origins[tile], end - origins[tile]));
  const weights = shares.map((share) =>
    Float32Array.from(share, (own, x) => own / shares.reduce((sum, other) => sum + other[x], 0)),
  );
  return { start, end, tiles, weights };
}

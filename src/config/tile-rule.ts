import { ConfigError } from '../errors.js';
import type { MapReduce, ScoreReduce, Tiling } from './tiling.js';

/**
 * How the windows of `hann` and `gaussian` end where the picture ends. `open`: a tile at the edge of the picture keeps its full weight out to
 * that edge. `symmetric`: every tile has the same window, whose Hann form never falls below 0.001, as the Python system has it.
 */
export type TileWindows = 'open' | 'symmetric';

/** `adaptation.tiling` of a picture that is tiled, with everything decided. */
export interface TileRule {
  /** Side of a tile. */
  readonly size: number;
  /** From one tile to the next, at most `size`. */
  readonly stride: number;
  /** What the model sees around a tile on each side. */
  readonly halo: number;
  readonly mapReduce: MapReduce;
  readonly scoreReduce: ScoreReduce;
  readonly scoreTopk: number;
  readonly windows: TileWindows;
}

/**
 * What a `tiling` section comes to.
 *
 * @param windows `symmetric` for configs of schema_version 1
 * @returns null when pictures are not tiled
 * @throws ConfigError for keys without a tile size, for a stride and an overlap at once, and for a stride that would leave gaps
 */
export function tileRule(tiling: Tiling | null | undefined, windows: TileWindows = 'open'): TileRule | null {
  if (tiling === null || tiling === undefined) return null;
  const { tile_size: size, stride, overlap = null, halo = 0 } = tiling;
  if (size === null) {
    const idle = Object.entries({ stride, overlap, halo }).find(([, value]) => value !== null && value !== 0);
    if (idle === undefined) return null;
    throw new ConfigError(`adaptation.tiling.${idle[0]}: says nothing without a tile_size; give one, or remove it`);
  }
  if (stride !== null && overlap !== null && stride !== size - overlap) {
    throw new ConfigError(
      `adaptation.tiling: a stride of ${stride} and an overlap of ${overlap} contradict each other for tiles of ${size}; give one of them`,
    );
  }
  if (overlap !== null && overlap >= size) {
    throw new ConfigError(`adaptation.tiling.overlap: expected less than the tile_size of ${size}, got ${overlap}`);
  }
  if (stride !== null && stride > size) {
    throw new ConfigError(
      `adaptation.tiling.stride: expected at most the tile_size of ${size}, got ${stride}, which would leave parts uninspected`,
    );
  }
  return {
    ...{ size, stride: stride ?? size - (overlap ?? 0), halo, windows },
    ...{ mapReduce: tiling.map_reduce, scoreReduce: tiling.score_reduce, scoreTopk: tiling.score_topk },
  };
}

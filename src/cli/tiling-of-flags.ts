import { NonNegativeInteger, PositiveInteger } from '../config/codec.js';
import { MapReduce, ScoreReduce, Tiling } from '../config/tiling.js';
import { ConfigError } from '../errors.js';
import { numberOfFlag, wordOfFlag } from './flag-value.js';
import type { TileFlags } from './tile-flags.js';

/**
 * The flags of tiles as keys that beat those of `adaptation.tiling`; those that were not given are undefined.
 *
 * @throws ConfigError that names the flag, for a value that its key does not take, and for a stride and an overlap at once
 */
export function tilingOfFlags(flags: TileFlags): Record<string, unknown> {
  if (flags.tileStride !== undefined && flags.tileOverlap !== undefined) {
    throw new ConfigError('--tile-overlap does not go with --tile-stride; give one of them');
  }
  return {
    tile_size: numberOfFlag('--tile-size', PositiveInteger, flags.tileSize),
    stride: numberOfFlag('--tile-stride', PositiveInteger, flags.tileStride),
    overlap: numberOfFlag('--tile-overlap', NonNegativeInteger, flags.tileOverlap),
    halo: numberOfFlag('--tile-halo', NonNegativeInteger, flags.tileHalo),
    map_reduce: wordOfFlag('--tile-map-reduce', MapReduce, flags.tileMapReduce),
    score_reduce: wordOfFlag('--tile-score-reduce', ScoreReduce, flags.tileScoreReduce),
    score_topk: numberOfFlag('--tile-score-topk', Tiling.props.score_topk, flags.tileScoreTopk),
  };
}

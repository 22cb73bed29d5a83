import {
  NonNegativeInteger,
  nullable,
  oneOf,
  optional,
  PositiveInteger,
  Share,
  strict,
  type t,
  withDefault,
} from './codec.js';

export const MapReduce = oneOf(['max', 'mean', 'hann', 'gaussian', 'own']);
export type MapReduce = t.TypeOf<typeof MapReduce>;
export const ScoreReduce = oneOf(['max', 'mean', 'topk_mean']);
export type ScoreReduce = t.TypeOf<typeof ScoreReduce>;

/** `adaptation.tiling`: pictures go through the model in square tiles of their own pixels. */
export const Tiling = strict('Tiling', {
  /** Side of a tile in pixels of the picture; null = not tiled. */
  tile_size: withDefault(nullable(PositiveInteger), null),
  /** From one tile to the next; null = `tile_size` less the overlap. */
  stride: withDefault(nullable(PositiveInteger), null),
  /** The other way to say the stride: pixels that neighbouring tiles share. */
  overlap: optional(nullable(NonNegativeInteger)),
  /** Pixels around a tile that the model sees too, and that its map is then cut back by. */
  halo: optional(NonNegativeInteger),
  score_reduce: withDefault(ScoreReduce, 'max'),
  /** The share of the highest tile scores that `topk_mean` averages. */
  score_topk: withDefault(Share, 0.1),
  map_reduce: withDefault(MapReduce, 'max'),
});
export type Tiling = t.TypeOf<typeof Tiling>;

import type { Size } from '../../config/size.js';
import type { TileRule } from '../../config/tile-rule.js';
import { tileAxis, type TileAxis } from '../../ops/tile-axis.js';

/** What is read for a tile along one axis. */
interface TileRead {
  /** Where reading begins in the picture. */
  readonly start: number;
  /** Where the tile begins in what was read. */
  readonly cut: number;
}

/** How pictures of one size are tiled. */
export interface TilePlan {
  readonly rows: TileAxis;
  readonly columns: TileAxis;
  readonly readRows: readonly TileRead[];
  readonly readColumns: readonly TileRead[];
  /** Side of what the model sees of every tile: the tile with its halo. */
  readonly side: number;
  /** Tiles of the picture, row by row. */
  readonly count: number;
}

const LIMIT = 16;
const plans = new Map<string, TilePlan>();

/** The plan of a picture, made once for a size and kept with its windows while it is among the 16 last used. */
export function tilePlan({ height, width }: Size, rule: TileRule): TilePlan {
  const key = JSON.stringify([height, width, rule]);
  const plan = plans.get(key) ?? planOf({ height, width }, rule);
  plans.delete(key);
  plans.set(key, plan);
  if (plans.size > LIMIT) plans.delete(plans.keys().next().value as string);
  return plan;
}

/** A picture that one tile holds is not tiled at all. */
export function fitsOneTile({ height, width }: Size, { size }: TileRule): boolean {
  return height <= size && width <= size;
}

function planOf({ height, width }: Size, { size, stride, halo, mapReduce: reduce, windows }: TileRule): TilePlan {
  const side = size + 2 * halo;
  const axis = (length: number) => tileAxis(length, { size, stride, reduce, open: windows === 'open' });
  const [rows, columns] = [axis(height), axis(width)];
  return {
    ...{ rows, columns, side },
    readRows: rows.origins.map((origin) => read(origin, height, side, halo)),
    readColumns: columns.origins.map((origin) => read(origin, width, side, halo)),
    count: rows.origins.length * columns.origins.length,
  };
}

/**
 * A tile at the edge of the picture has its halo further in, so that all tiles are read from inside, in one size, and see the edge of the
 * picture as the edge of what they see, just as they would see it in the whole picture.
 */
function read(origin: number, length: number, side: number, halo: number): TileRead {
  const start = Math.max(0, Math.min(origin - halo, length - side));
  return { start, cut: origin - start };
}

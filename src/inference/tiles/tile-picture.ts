import type { TileRule } from '../../config/tile-rule.js';
import type { Picture } from '../../data/picture.js';
import { readSquare } from '../../data/read-square.js';
import { fitsOneTile, tilePlan, type TilePlan } from './tile-plan.js';

/** What the model sees for one tile, and where it is from. */
export interface TilePicture extends Picture {
  readonly whole: Picture;
  /** The number of the tile, row by row; -1 for a picture that is its own tile. */
  readonly place: number;
}

/** The tile of a picture, with its halo. */
export function tilePicture(whole: Picture, plan: TilePlan, place: number): TilePicture {
  const columns = plan.columns.origins.length;
  const { start: top } = plan.readRows[Math.floor(place / columns)];
  const { start: left } = plan.readColumns[place % columns];
  return { ...readSquare(whole, { top, left, side: plan.side }), whole, place };
}

/** Everything that a model sees of a picture, tile by tile, made as it is asked for; a picture that one tile holds is seen as it is. */
export function* tilePictures(whole: Picture, rule: TileRule): Generator<TilePicture> {
  if (fitsOneTile(whole, rule)) {
    const { height, width, rgb, source } = whole;
    yield { height, width, rgb, source, whole, place: -1 };
    return;
  }
  const plan = tilePlan(whole, rule);
  for (let place = 0; place < plan.count; place++) yield tilePicture(whole, plan, place);
}

/** How many pictures `tilePictures` gives. */
export function tileCount(size: { readonly height: number; readonly width: number }, rule: TileRule): number {
  return fitsOneTile(size, rule) ? 1 : tilePlan(size, rule).count;
}

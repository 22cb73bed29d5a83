import type { TileRule } from '../../config/tile-rule.js';
import { pictureSize } from '../../data/picture-size.js';
import type { Picture, PictureSource } from '../../data/picture.js';
import { prefetch } from '../prefetch.js';
import { tileCount, tilePicture, tilePictures } from './tile-picture.js';
import { tilePlan } from './tile-plan.js';

const HEADERS_AHEAD = 8;

/** The tiles that a detector is fitted on: those that it will score. */
export class FitTiles {
  private constructor(
    private readonly rule: TileRule,
    /** Of all pictures. */
    readonly count: number,
  ) {}

  /** Counts the tiles by the sizes of the pictures. @returns null without a rule */
  static async of(sources: readonly PictureSource[], rule: TileRule | null): Promise<FitTiles | null> {
    if (rule === null) return null;
    let count = 0;
    for await (const size of prefetch(sources, HEADERS_AHEAD, pictureSize)) count += tileCount(size, rule);
    return new FitTiles(rule, count);
  }

  /** What the detector sees of a picture, each part with the same part of its reference. */
  *of(picture: Picture, reference?: Picture): Generator<{ picture: Picture; reference?: Picture }> {
    for (const tile of tilePictures(picture, this.rule)) {
      if (reference === undefined || tile.place < 0) yield { picture: tile, reference };
      else yield { picture: tile, reference: tilePicture(reference, tilePlan(picture, this.rule), tile.place) };
    }
  }
}

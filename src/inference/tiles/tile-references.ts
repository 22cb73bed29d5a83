import type { TileRule } from '../../config/tile-rule.js';
import type { Picture } from '../../data/picture.js';
import type { References } from '../../data/references.js';
import { tilePlan } from './tile-plan.js';
import { tilePicture, type TilePicture } from './tile-picture.js';

/** The references of tiles: the same tiles of the references of their pictures. */
export class TileReferences implements References {
  /** The reference of the picture that was asked for last, because its tiles come one after the other. */
  private last: { whole: Picture; reference: Promise<Picture> } | null = null;

  constructor(
    private readonly references: References,
    private readonly rule: TileRule,
  ) {}

  async of(picture: Picture): Promise<Picture> {
    const { whole, place } = picture as TilePicture;
    if (this.last?.whole !== whole) this.last = { whole, reference: this.references.of(whole) };
    const reference = await this.last.reference;
    return place < 0 ? reference : tilePicture(reference, tilePlan(whole, this.rule), place);
  }
}

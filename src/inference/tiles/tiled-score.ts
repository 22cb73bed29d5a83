import type { TileRule } from '../../config/tile-rule.js';
import type { Size } from '../../config/size.js';
import type { Tensor2D } from '../../runtime/tf.js';
import type { PictureScore } from '../picture-scorer.js';
import { reduceTileScores } from './reduce-tile-scores.js';
import { tilePlan } from './tile-plan.js';
import { TileStitcher } from './tile-stitcher.js';

/** What the tiles of one picture gave, taken up one by one. */
export class TiledScore implements PictureScore {
  readonly seen = null;
  private readonly scores: number[] = [];
  private stitcher: TileStitcher | null = null;
  /** Of a picture that is its own tile. */
  private whole: Tensor2D | null = null;

  constructor(
    private readonly picture: Size,
    private readonly rule: TileRule,
  ) {}

  get score(): number {
    return reduceTileScores(this.scores, this.rule);
  }

  /**
   * @param place the number of the tile; -1: the whole picture
   * @param result borrowed; its map is made here
   */
  async add(place: number, result: PictureScore): Promise<void> {
    this.scores.push(result.score);
    const map = result.map();
    if (map === null) return;
    if (place < 0) this.whole = map;
    else await (this.stitcher ??= new TileStitcher(tilePlan(this.picture, this.rule))).put(place, map);
  }

  map(): Tensor2D | null {
    const { whole, stitcher } = this;
    this.whole = this.stitcher = null;
    return whole ?? stitcher?.take() ?? null;
  }

  dispose(): void {
    this.whole?.dispose();
    this.stitcher?.dispose();
    this.whole = this.stitcher = null;
  }
}

import type { Size } from '../../config/size.js';
import type { TileRule } from '../../config/tile-rule.js';
import type { Picture } from '../../data/picture.js';
import type { References } from '../../data/references.js';
import type { Detector } from '../../models/detector.js';
import type { ModelInputs, PictureScore, PictureScorer, ScoreRequest } from '../picture-scorer.js';
import { WholeScorer } from '../whole-scorer.js';
import { refuseCrop } from './refuse-crop.js';
import { SharedClock } from './shared-clock.js';
import { tileCount, tilePictures, type TilePicture } from './tile-picture.js';
import { fitsOneTile } from './tile-plan.js';
import { TileReferences } from './tile-references.js';
import { TiledScore } from './tiled-score.js';

/** A tile, and the number of its picture. */
interface Job {
  readonly tile: TilePicture;
  readonly of: number;
}

/**
 * Scores pictures in tiles of their own pixels: every tile goes through the model as a picture of its own, tiles of several pictures together
 * where they fill a batch, and the maps are stitched on the device. A picture that one tile holds is scored exactly as it would be whole.
 */
export class TiledScorer implements PictureScorer {
  readonly byRegion = true;
  private readonly tiles: WholeScorer;

  /**
   * @param detector borrowed
   * @param references for a detector that compares every picture with a reference of its own
   * @throws ConfigError for a detector that sees only the middle of its input
   */
  constructor(
    detector: Detector,
    references: References | null,
    private readonly rule: TileRule,
  ) {
    refuseCrop(detector.input);
    this.tiles = new WholeScorer(detector, references && new TileReferences(references, rule));
  }

  inputs(picture: Size): ModelInputs {
    const side = this.rule.size + 2 * this.rule.halo;
    const whole = fitsOneTile(picture, this.rule);
    return { size: whole ? picture : { height: side, width: side }, count: tileCount(picture, this.rule) };
  }

  async score(pictures: readonly Picture[], request: ScoreRequest): Promise<PictureScore[]> {
    const clock = new SharedClock(request.clock, pictures.length);
    const scores = pictures.map((picture) => new TiledScore(picture, this.rule));
    try {
      for (const jobs of this.batches(pictures, request.batchSize)) {
        const tiles = jobs.map(({ tile }) => tile);
        const results = await this.tiles.score(tiles, { ...request, clock });
        try {
          await clock.time('model', 1, async () => {
            for (const [i, { tile, of }] of jobs.entries()) await scores[of].add(tile.place, results[i]);
          });
        } finally {
          results.forEach((result) => result.dispose());
        }
      }
      clock.tell();
      return scores;
    } catch (error) {
      scores.forEach((score) => score.dispose());
      throw error;
    }
  }

  private *batches(pictures: readonly Picture[], size: number): Generator<Job[]> {
    let jobs: Job[] = [];
    for (const [of, picture] of pictures.entries()) {
      for (const tile of tilePictures(picture, this.rule)) {
        jobs.push({ tile, of });
        if (jobs.length < size) continue;
        yield jobs;
        jobs = [];
      }
    }
    if (jobs.length > 0) yield jobs;
  }
}

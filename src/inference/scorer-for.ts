import type { TileRule } from '../config/tile-rule.js';
import type { References } from '../data/references.js';
import type { Detector } from '../models/detector.js';
import type { PictureScorer } from './picture-scorer.js';
import { TiledScorer } from './tiles/tiled-scorer.js';
import { WholeScorer } from './whole-scorer.js';

/** What scores pictures for a detector: in tiles where there is a rule for them. @param detector borrowed */
export function scorerFor(detector: Detector, references: References | null, tiles: TileRule | null): PictureScorer {
  return tiles === null ? new WholeScorer(detector, references) : new TiledScorer(detector, references, tiles);
}

import type { Size } from '../../config/size.js';
import { aurocOfRanking } from './auroc.js';
import { averagePrecisionOfRanking } from './average-precision.js';
import { bestF1OfRanking, type BestF1 } from './best-f1.js';
import { ScoreHistogram } from './score-histogram.js';
import { truthMask } from './truth-mask.js';

export interface PixelRankingResult {
  /** null unless there are both defective and normal pixels */
  readonly auroc: number | null;
  /** null without a defective pixel */
  readonly averagePrecision: number | null;
  /** null without a defective pixel; flags `value > threshold` */
  readonly bestF1: BestF1 | null;
  /** Pixels whose scores differ by less than this share of their value count as equal; 0 = exact. */
  readonly resolution: number;
}

/**
 * Pixel AUROC, average precision and best F1 over all pixels of all pictures, each picture at its own size. Pictures
 * are added one by one and not kept: memory does not grow with their number (see `ScoreHistogram`).
 */
export class PixelRanking {
  private readonly histogram = new ScoreHistogram();

  /**
   * @param map scores row by row, finite, borrowed
   * @param mask 0 = normal, anything else = defective, borrowed; null for a good picture
   * @throws ShapeError when map or mask do not fit `size`
   * @throws DataError at a score that is not finite
   */
  add(map: Float32Array, mask: Uint8Array | null, size: Size): void {
    this.histogram.add(map, truthMask(map, mask, size));
  }

  result(): PixelRankingResult {
    const { histogram } = this;
    const groups = { [Symbol.iterator]: () => histogram.descending() };
    return {
      auroc: aurocOfRanking(groups),
      averagePrecision: averagePrecisionOfRanking(groups),
      bestF1: bestF1OfRanking(groups),
      resolution: histogram.resolution,
    };
  }
}

import type { Size } from '../../config/size.js';
import { confusion, type Confusion } from './confusion.js';
import { truthMask } from './truth-mask.js';

export interface SegF1Result extends Confusion {
  /** Intersection over union of the defective pixels; null when neither side has any. */
  readonly iou: number | null;
  /** The share of normal pixels that is flagged; null without a normal pixel. */
  readonly falsePositiveRate: number | null;
}

/**
 * Pixel F1 of the thresholded maps, counted over all pixels of all pictures: `value >= threshold`, the pixel rule of the
 * package. The threshold is rounded to float32 first, as it is when the masks are made on the device.
 */
export class SegF1 {
  private readonly threshold: number;
  private tp = 0;
  private fp = 0;
  private tn = 0;
  private fn = 0;

  constructor(threshold: number) {
    this.threshold = Math.fround(threshold);
  }

  /**
   * @param map scores row by row, borrowed
   * @param mask 0 = normal, anything else = defective, borrowed; null for a good picture
   * @throws ShapeError when map or mask do not fit `size`
   */
  add(map: Float32Array, mask: Uint8Array | null, size: Size): void {
    const truth = truthMask(map, mask, size);
    let flaggedNormal = 0;
    let flaggedDefective = 0;
    let defective = 0;
    for (let i = 0; i < map.length; i++) {
      const flagged = map[i] >= this.threshold ? 1 : 0;
      const isDefective = truth === null ? 0 : truth[i];
      defective += isDefective;
      flaggedDefective += flagged & isDefective;
      flaggedNormal += flagged & (1 - isDefective);
    }
    this.tp += flaggedDefective;
    this.fp += flaggedNormal;
    this.fn += defective - flaggedDefective;
    this.tn += map.length - defective - flaggedNormal;
  }

  result(): SegF1Result {
    const { tp, fp, tn, fn } = this;
    const union = tp + fp + fn;
    const normal = fp + tn;
    return {
      ...confusion(tp, fp, tn, fn),
      iou: union === 0 ? null : tp / union,
      falsePositiveRate: normal === 0 ? null : fp / normal,
    };
  }
}

import { zeroBorder } from './map-stages/border.js';
import { close, grow, open } from './map-stages/morphology.js';
import { smooth } from './map-stages/smooth.js';
import { threshold } from './map-stages/threshold.js';
import { type MapStage, type Semantics, type Stage } from './stage.js';
import { clipBorder, clipGrown, clipToRoi } from './stages/clip.js';
import { fillHoles } from './stages/fill-holes.js';
import { filters } from './stages/filters.js';
import { hysteresis } from './stages/hysteresis.js';
import { keepMask } from './stages/keep-mask.js';
import { merge } from './stages/merge.js';
import { order } from './stages/order.js';
import { quantileFilter } from './stages/quantile-filter.js';
import { topK } from './stages/top-k.js';

/** The stages of one semantics, in order. */
export interface Pipeline {
  /** Before the threshold. */
  readonly map: readonly MapStage[];
  /** From the threshold to the list of regions. */
  readonly mask: readonly Stage[];
}

/**
 * The two orders of the stages.
 *
 * 1 filters whole components before the cut to the region of interest, and its mask keeps what the list lost. 2 cuts first
 * and filters last, so that every region obeys every filter, and its mask is painted from the final list.
 */
export const PIPELINES: Readonly<Record<Semantics, Pipeline>> = {
  1: {
    map: [zeroBorder, smooth],
    mask: [
      ...[threshold, hysteresis, open, close, filters, fillHoles, grow, keepMask('full'), clipToRoi, keepMask('roi')],
      ...[merge, quantileFilter, order, topK],
    ],
  },
  2: {
    map: [smooth],
    mask: [
      ...[threshold, clipBorder, clipToRoi, hysteresis, open, close, fillHoles, grow, clipGrown, filters],
      ...[merge, quantileFilter, order, topK],
    ],
  },
};

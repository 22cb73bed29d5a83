import { zeroBorder } from './map-stages/border.js';
import { close, grow, open } from './map-stages/morphology.js';
import { smooth } from './map-stages/smooth.js';
import { threshold } from './map-stages/threshold.js';
import { type Semantics, type Stage } from './stage.js';
import { clip } from './stages/clip.js';
import { fillHoles } from './stages/fill-holes.js';
import { filters } from './stages/filters.js';
import { hysteresis } from './stages/hysteresis.js';
import { keepMask } from './stages/keep-mask.js';
import { merge } from './stages/merge.js';
import { order } from './stages/order.js';
import { quantileFilter } from './stages/quantile-filter.js';
import { topK } from './stages/top-k.js';

/**
 * The stages from an anomaly map to its regions, in the order of each semantics: two lists of the same stages.
 *
 * 1 filters whole components before the cut to the region of interest, and its mask keeps what the list lost. 2 cuts first
 * and filters last, so that every region obeys every filter, and its mask is painted from the final list.
 */
export const PIPELINES: Readonly<Record<Semantics, readonly Stage[]>> = {
  1: [
    ...[zeroBorder, smooth, threshold, hysteresis, open, close, filters, fillHoles, grow],
    ...[keepMask('full'), clip, keepMask('roi'), merge, quantileFilter, order, topK],
  ],
  2: [
    ...[smooth, threshold, clip, hysteresis, open, close, fillHoles, grow, clip],
    ...[filters, merge, quantileFilter, order, topK],
  ],
};

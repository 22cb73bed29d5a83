import type { DefectsConfig } from './defects.js';

/** The keys of the `defects` section that decide, after the map stages, which regions there are. */
export const REGION_CONTROLS = [
  'hysteresis',
  'score_levels',
  'shape_filters',
  'merge_nearby',
  'min_area',
  'min_score_max',
  'min_score_mean',
  'min_score_max_quantile',
  'open_ksize',
  'close_ksize',
  'fill_holes',
  'mask_dilate_ksize',
  'max_regions',
] as const satisfies readonly (keyof DefectsConfig)[];

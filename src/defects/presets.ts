/**
 * Named `defects` sections. A preset is what a config would say, key by key; keys that it leaves out keep their defaults.
 *
 * `industrial-defects-fp40` is the Python system's: its levels are absolute and fit maps from 0 to 1. `-v2` states its
 * levels as multiples of the pixel threshold, so that it fits every detector, looks at the whole part, and drops nothing for
 * being long and thin: a scratch is.
 */
export const DEFECTS_PRESETS = {
  'industrial-defects-fp40': {
    pixel_threshold_strategy: 'normal_pixel_quantile',
    pixel_normal_quantile: 0.999,
    mask_format: 'png',
    roi_xyxy_norm: [0.1, 0.1, 0.9, 0.9],
    border_ignore_px: 2,
    map_smoothing: { method: 'median', ksize: 3, sigma: 0 },
    hysteresis: { enabled: true, low: null, high: null },
    shape_filters: { min_fill_ratio: 0.15, max_aspect_ratio: 6, min_solidity: 0.8 },
    merge_nearby: { enabled: true, max_gap_px: 1 },
    min_area: 16,
    min_score_max: 0.6,
    max_regions: 20,
    max_regions_sort_by: 'score_max',
  },
  'industrial-defects-fp40-v2': {
    pixel_threshold_strategy: 'normal_pixel_quantile',
    pixel_normal_quantile: 0.999,
    mask_format: 'png',
    border_ignore_px: 2,
    map_smoothing: { method: 'median', ksize: 3, sigma: 0 },
    score_levels: 'relative',
    hysteresis: { enabled: true, low: 0.8, high: 1 },
    shape_filters: { min_fill_ratio: 0.05 },
    merge_nearby: { enabled: true, max_gap_px: 2, distance: 'pixels' },
    min_area: 16,
    min_score_max: 1.1,
    max_regions: 20,
    max_regions_sort_by: 'score_max',
  },
} as const;

import { decode } from '../../src/config/codec.js';
import { DefectsConfig } from '../../src/config/defects.js';

/** The arguments of the Python system's function, as a golden case stores them. */
export interface GoldenConfig {
  [key: string]: unknown;
  pixel_threshold: number;
}

/** These arguments as a config. Numbers that only the function took go past the codec. */
export function configOfGolden(flat: GoldenConfig): DefectsConfig {
  const { border_ignore_px: border, max_regions, ...rest } = flat as unknown as Record<string, never>;
  const config = decode(
    DefectsConfig,
    {
      map_smoothing: {
        method: rest.map_smoothing_method,
        ksize: rest.map_smoothing_ksize,
        sigma: rest.map_smoothing_sigma,
      },
      hysteresis: { enabled: rest.hysteresis_enabled, low: rest.hysteresis_low, high: rest.hysteresis_high },
      shape_filters: {
        min_fill_ratio: rest.min_fill_ratio,
        max_aspect_ratio: rest.max_aspect_ratio,
        min_solidity: rest.min_solidity,
      },
      merge_nearby: { enabled: rest.merge_nearby_enabled, max_gap_px: rest.merge_nearby_max_gap_px },
      ...Object.fromEntries(
        [
          ...['min_area', 'min_score_max', 'min_score_mean', 'min_score_max_quantile', 'open_ksize', 'close_ksize'],
          ...['fill_holes', 'mask_dilate_ksize', 'mask_space', 'roi_xyxy_norm', 'max_regions_sort_by'],
        ].map((key) => [key, rest[key]]),
      ),
    },
    'config.json',
  );
  return { ...config, border_ignore_px: border, max_regions };
}

import { DefectsConfig, Hysteresis, MapSmoothing, MergeNearby, ShapeFilters } from '../config/defects.js';
import type { DefectsFlags } from './defects-flags.js';
import { numberOfFlag as number, wordOfFlag as word } from './flag-value.js';
import { parseNumber } from './parse.js';

/**
 * The flags that were given, in the shape of the `defects` section; keys that were not given are absent or undefined. A file
 * apart from the flags, because it needs the codecs, which `--help` need not wait for.
 *
 * @throws ConfigError that names the flag, for a value that its key does not take
 */
export function sectionOfFlags(flags: DefectsFlags): Record<string, unknown> {
  const key = DefectsConfig.props;
  return {
    enabled: flags.defects,
    pixel_threshold: number('--pixel-threshold', key.pixel_threshold, flags.pixelThreshold),
    pixel_threshold_strategy: word('--pixel-threshold-strategy', key.pixel_threshold_strategy, flags.pixelStrategy),
    pixel_normal_quantile: number('--pixel-normal-quantile', key.pixel_normal_quantile, flags.pixelQuantile),
    mask_format: word('--mask-format', key.mask_format, flags.maskFormat),
    mask_space: word('--defects-mask-space', key.mask_space, flags.maskSpace),
    image_space: flags.imageSpace,
    trace: flags.trace,
    outline: flags.outline,
    roi_xyxy_norm: flags.roi?.map((text) => parseNumber('--roi-xyxy-norm', text)),
    border_ignore_px: number('--defect-border-ignore-px', key.border_ignore_px, flags.border),
    map_smoothing: {
      method: word('--defect-map-smoothing', MapSmoothing.props.method, flags.smoothing),
      ksize: number('--defect-map-smoothing-ksize', MapSmoothing.props.ksize, flags.smoothingSize),
      sigma: number('--defect-map-smoothing-sigma', MapSmoothing.props.sigma, flags.smoothingSigma),
    },
    hysteresis: {
      enabled: flags.hysteresis,
      low: number('--defect-hysteresis-low', Hysteresis.props.low, flags.hysteresisLow),
      high: number('--defect-hysteresis-high', Hysteresis.props.high, flags.hysteresisHigh),
    },
    score_levels: word('--defect-score-levels', key.score_levels, flags.scoreLevels),
    merge_nearby: {
      enabled: flags.merge,
      max_gap_px: number('--defect-merge-nearby-max-gap-px', MergeNearby.props.max_gap_px, flags.mergeGap),
    },
    min_area: number('--defect-min-area', key.min_area, flags.minArea),
    shape_filters: shapeFilters(flags),
    min_score_max: number('--defect-min-score-max', key.min_score_max, flags.minScoreMax),
    min_score_mean: number('--defect-min-score-mean', key.min_score_mean, flags.minScoreMean),
    open_ksize: number('--defect-open-ksize', key.open_ksize, flags.open),
    close_ksize: number('--defect-close-ksize', key.close_ksize, flags.close),
    fill_holes: flags.fillHoles,
    mask_dilate_ksize: number('--defects-mask-dilate', key.mask_dilate_ksize, flags.dilate),
    max_regions: number('--defect-max-regions', key.max_regions, flags.maxRegions),
    max_regions_sort_by: word('--defect-max-regions-sort-by', key.max_regions_sort_by, flags.sortBy),
  };
}

function shapeFilters(flags: DefectsFlags): Record<string, unknown> | undefined {
  const { min_fill_ratio, max_aspect_ratio, min_solidity } = ShapeFilters.props;
  if ([flags.minFill, flags.maxAspect, flags.minSolidity].every((text) => text === undefined)) return undefined;
  return {
    min_fill_ratio: number('--defect-min-fill-ratio', min_fill_ratio, flags.minFill),
    max_aspect_ratio: number('--defect-max-aspect-ratio', max_aspect_ratio, flags.maxAspect),
    min_solidity: number('--defect-min-solidity', min_solidity, flags.minSolidity),
  };
}

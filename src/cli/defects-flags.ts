import { Option } from 'clipanion';
import { decode, type t } from '../config/codec.js';
import { DefectsConfig, Hysteresis, MapSmoothing, MergeNearby, ShapeFilters } from '../config/defects.js';
import { layDefects } from '../config/lay-defects.js';
import { ConfigError } from '../errors.js';
import { BaseCommand } from './base-command.js';
import { parseNumber } from './parse.js';

/**
 * The flags that shape the defects stages. Every one is tri-state: not given leaves the config alone, and what is given
 * beats the config, also with a value equal to the default, also to switch off (`--no-defect-hysteresis`). In between
 * stands `--defects-preset`: flags beat it, and it beats the config.
 */
export abstract class DefectsFlags extends BaseCommand {
  defects = Option.Boolean('--defects', { description: 'find defect regions' });
  preset = Option.String('--defects-preset', {
    description: 'industrial-defects-fp40 or industrial-defects-fp40-v2; switches defects on, flags beat it',
  });
  pixelThreshold = Option.String('--pixel-threshold', { description: 'a pixel is defective from this value on' });
  pixelStrategy = Option.String('--pixel-threshold-strategy', {
    description: 'normal_pixel_quantile, false_region_budget, fixed or infer_config',
  });
  pixelQuantile = Option.String('--pixel-normal-quantile', { description: 'quantile of held-out normal pixels' });
  maskFormat = Option.String('--mask-format', { description: 'png, npy or npz' });
  maskSpace = Option.String('--defects-mask-space', { description: 'roi or full (full: schema_version 1 only)' });
  imageSpace = Option.Boolean('--defects-image-space', { description: 'add the boxes in pixels of the picture' });
  trace = Option.Boolean('--defects-trace', { description: 'add what every stage removed, and why' });
  outline = Option.Boolean('--defects-outline', { description: 'add the outline of every region as polygons' });
  roi = Option.String('--roi-xyxy-norm', { arity: 4, description: 'look only here: X1 Y1 X2 Y2, each 0 to 1' });
  border = Option.String('--defect-border-ignore-px', { description: 'ignore a frame of so many pixels' });
  smoothing = Option.String('--defect-map-smoothing', { description: 'none, median, gaussian or box' });
  smoothingSize = Option.String('--defect-map-smoothing-ksize', { description: 'kernel size in pixels' });
  smoothingSigma = Option.String('--defect-map-smoothing-sigma', { description: 'sigma of the gaussian in pixels' });
  hysteresis = Option.Boolean('--defect-hysteresis', { description: 'grow regions from high through low pixels' });
  hysteresisLow = Option.String('--defect-hysteresis-low', { description: 'the low level' });
  hysteresisHigh = Option.String('--defect-hysteresis-high', { description: 'the high level' });
  scoreLevels = Option.String('--defect-score-levels', {
    description: 'absolute, or relative: levels and score limits are multiples of the pixel threshold',
  });
  merge = Option.Boolean('--defect-merge-nearby', { description: 'merge regions that are near each other' });
  mergeGap = Option.String('--defect-merge-nearby-max-gap-px', { description: 'the largest gap that is merged' });
  minArea = Option.String('--defect-min-area', { description: 'drop regions of fewer pixels' });
  minFill = Option.String('--defect-min-fill-ratio', { description: 'drop regions that fill less of their box' });
  maxAspect = Option.String('--defect-max-aspect-ratio', { description: 'drop regions that are longer than this' });
  minSolidity = Option.String('--defect-min-solidity', { description: 'drop regions less solid than this' });
  minScoreMax = Option.String('--defect-min-score-max', { description: 'drop regions whose highest score is lower' });
  minScoreMean = Option.String('--defect-min-score-mean', { description: 'drop regions whose mean score is lower' });
  open = Option.String('--defect-open-ksize', { description: 'opening of the mask, kernel size' });
  close = Option.String('--defect-close-ksize', { description: 'closing of the mask, kernel size' });
  fillHoles = Option.Boolean('--defect-fill-holes', { description: 'fill holes of the mask' });
  dilate = Option.String('--defects-mask-dilate', { description: 'dilation of the mask, kernel size' });
  maxRegions = Option.String('--defect-max-regions', { description: 'keep the first so many regions' });
  sortBy = Option.String('--defect-max-regions-sort-by', { description: 'score_max, score_mean or area' });

  /**
   * The preset with what was given laid over it, in the shape of the `defects` section; keys that neither names are
   * absent or undefined.
   *
   * @throws ConfigError that names the flag, for a value that its key does not take
   */
  protected async defectsOverrides(): Promise<Record<string, unknown>> {
    const given = this.givenFlags();
    if (this.preset === undefined) return given;
    const { presetSection } = await import('../inference/preset-section.js');
    return layDefects(presetSection(this.preset, '--defects-preset'), given) as Record<string, unknown>;
  }

  /** `defectsOverrides` for a trained run: what only a calibration reads is told and left out. */
  protected async runOverrides(warn: (line: string) => void): Promise<Record<string, unknown>> {
    const { pixel_threshold_strategy, pixel_normal_quantile, ...rest } = await this.defectsOverrides();
    const flags = {
      '--pixel-threshold-strategy': this.pixelStrategy && pixel_threshold_strategy,
      '--pixel-normal-quantile': this.pixelQuantile && pixel_normal_quantile,
    };
    for (const [flag, value] of Object.entries(flags)) {
      if (value === undefined || value === 'fixed' || value === 'infer_config') continue;
      warn(`${flag} is for imgano train: there is nothing to calibrate on here, so the stored pixel threshold is used`);
    }
    return rest;
  }

  private givenFlags(): Record<string, unknown> {
    const key = DefectsConfig.props;
    return {
      enabled: this.defects,
      pixel_threshold: number('--pixel-threshold', key.pixel_threshold, this.pixelThreshold),
      pixel_threshold_strategy: word('--pixel-threshold-strategy', key.pixel_threshold_strategy, this.pixelStrategy),
      pixel_normal_quantile: number('--pixel-normal-quantile', key.pixel_normal_quantile, this.pixelQuantile),
      mask_format: word('--mask-format', key.mask_format, this.maskFormat),
      mask_space: word('--defects-mask-space', key.mask_space, this.maskSpace),
      image_space: this.imageSpace,
      trace: this.trace,
      outline: this.outline,
      roi_xyxy_norm: this.roi?.map((text) => parseNumber('--roi-xyxy-norm', text)),
      border_ignore_px: number('--defect-border-ignore-px', key.border_ignore_px, this.border),
      map_smoothing: {
        method: word('--defect-map-smoothing', MapSmoothing.props.method, this.smoothing),
        ksize: number('--defect-map-smoothing-ksize', MapSmoothing.props.ksize, this.smoothingSize),
        sigma: number('--defect-map-smoothing-sigma', MapSmoothing.props.sigma, this.smoothingSigma),
      },
      hysteresis: {
        enabled: this.hysteresis,
        low: number('--defect-hysteresis-low', Hysteresis.props.low, this.hysteresisLow),
        high: number('--defect-hysteresis-high', Hysteresis.props.high, this.hysteresisHigh),
      },
      score_levels: word('--defect-score-levels', key.score_levels, this.scoreLevels),
      merge_nearby: {
        enabled: this.merge,
        max_gap_px: number('--defect-merge-nearby-max-gap-px', MergeNearby.props.max_gap_px, this.mergeGap),
      },
      min_area: number('--defect-min-area', key.min_area, this.minArea),
      shape_filters: this.shapeFilters(),
      min_score_max: number('--defect-min-score-max', key.min_score_max, this.minScoreMax),
      min_score_mean: number('--defect-min-score-mean', key.min_score_mean, this.minScoreMean),
      open_ksize: number('--defect-open-ksize', key.open_ksize, this.open),
      close_ksize: number('--defect-close-ksize', key.close_ksize, this.close),
      fill_holes: this.fillHoles,
      mask_dilate_ksize: number('--defects-mask-dilate', key.mask_dilate_ksize, this.dilate),
      max_regions: number('--defect-max-regions', key.max_regions, this.maxRegions),
      max_regions_sort_by: word('--defect-max-regions-sort-by', key.max_regions_sort_by, this.sortBy),
    };
  }

  private shapeFilters(): Record<string, unknown> | undefined {
    const { min_fill_ratio, max_aspect_ratio, min_solidity } = ShapeFilters.props;
    if ([this.minFill, this.maxAspect, this.minSolidity].every((text) => text === undefined)) return undefined;
    return {
      min_fill_ratio: number('--defect-min-fill-ratio', min_fill_ratio, this.minFill),
      max_aspect_ratio: number('--defect-max-aspect-ratio', max_aspect_ratio, this.maxAspect),
      min_solidity: number('--defect-min-solidity', min_solidity, this.minSolidity),
    };
  }

  /** @throws ConfigError unless both were asked for */
  protected requireTogether(flag: string, given: boolean, needs: string, there: boolean): void {
    if (given && !there) throw new ConfigError(`${flag} requires ${needs}`);
  }
}

/** A flag that was given goes through the codec of its key, which then speaks of the flag. */
function number(flag: string, codec: t.Mixed, text: string | undefined): unknown {
  const value = parseNumber(flag, text);
  return value === undefined ? undefined : decode(codec, value, flag);
}

function word(flag: string, codec: t.Mixed, text: string | undefined): unknown {
  return text === undefined ? undefined : decode(codec, text, flag);
}

import { Option } from 'clipanion';
import { ConfigError } from '../errors.js';
import { BaseCommand } from './base-command.js';
import { parseNumber } from './parse.js';

/**
 * The flags that shape the defects stages. Every one is tri-state: not given leaves the config alone, and what is given
 * beats the config, also with a value equal to the default, also to switch off (`--no-defect-hysteresis`).
 */
export abstract class DefectsFlags extends BaseCommand {
  defects = Option.Boolean('--defects', { description: 'find defect regions' });
  pixelThreshold = Option.String('--pixel-threshold', { description: 'a pixel is defective from this value on' });
  maskFormat = Option.String('--mask-format', { description: 'png, npy or npz' });
  roi = Option.String('--roi-xyxy-norm', { arity: 4, description: 'look only here: X1 Y1 X2 Y2, each 0 to 1' });
  border = Option.String('--defect-border-ignore-px', { description: 'ignore a frame of so many pixels' });
  smoothing = Option.String('--defect-map-smoothing', { description: 'none, median, gaussian or box' });
  smoothingSize = Option.String('--defect-map-smoothing-ksize', { description: 'kernel size in pixels' });
  smoothingSigma = Option.String('--defect-map-smoothing-sigma', { description: 'sigma of the gaussian in pixels' });
  hysteresis = Option.Boolean('--defect-hysteresis', { description: 'grow regions from high through low pixels' });
  hysteresisLow = Option.String('--defect-hysteresis-low', { description: 'the low level' });
  hysteresisHigh = Option.String('--defect-hysteresis-high', { description: 'the high level' });
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

  /** What was given, in the shape of the `defects` section; keys that were not given are undefined. */
  protected defectsOverrides(): Record<string, unknown> {
    const number = parseNumber;
    return {
      enabled: this.defects,
      pixel_threshold: number('--pixel-threshold', this.pixelThreshold),
      mask_format: this.maskFormat,
      roi_xyxy_norm: this.roi?.map((text) => number('--roi-xyxy-norm', text)),
      border_ignore_px: number('--defect-border-ignore-px', this.border),
      map_smoothing: {
        method: this.smoothing,
        ksize: number('--defect-map-smoothing-ksize', this.smoothingSize),
        sigma: number('--defect-map-smoothing-sigma', this.smoothingSigma),
      },
      hysteresis: {
        enabled: this.hysteresis,
        low: number('--defect-hysteresis-low', this.hysteresisLow),
        high: number('--defect-hysteresis-high', this.hysteresisHigh),
      },
      merge_nearby: { enabled: this.merge, max_gap_px: number('--defect-merge-nearby-max-gap-px', this.mergeGap) },
      min_area: number('--defect-min-area', this.minArea),
      shape_filters: {
        min_fill_ratio: number('--defect-min-fill-ratio', this.minFill),
        max_aspect_ratio: number('--defect-max-aspect-ratio', this.maxAspect),
        min_solidity: number('--defect-min-solidity', this.minSolidity),
      },
      min_score_max: number('--defect-min-score-max', this.minScoreMax),
      min_score_mean: number('--defect-min-score-mean', this.minScoreMean),
      open_ksize: number('--defect-open-ksize', this.open),
      close_ksize: number('--defect-close-ksize', this.close),
      fill_holes: this.fillHoles,
      mask_dilate_ksize: number('--defects-mask-dilate', this.dilate),
      max_regions: number('--defect-max-regions', this.maxRegions),
      max_regions_sort_by: this.sortBy,
    };
  }

  /** @throws ConfigError unless both were asked for */
  protected requireTogether(flag: string, given: boolean, needs: string, there: boolean): void {
    if (given && !there) throw new ConfigError(`${flag} requires ${needs}`);
  }
}

import { Option } from 'clipanion';
import { ConfigError } from '../errors.js';
import { BaseCommand } from './base-command.js';

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
  maskFormat = Option.String('--mask-format', { description: 'png, npy, npz, rle (COCO) or polygons' });
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
    const { sectionOfFlags } = await import('./section-of-flags.js');
    const given = sectionOfFlags(this);
    if (this.preset === undefined) return given;
    const [{ presetSection }, { layDefects }] = await Promise.all([
      import('../inference/preset-section.js'),
      import('../config/lay-defects.js'),
    ]);
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

  /** @throws ConfigError unless both were asked for */
  protected requireTogether(flag: string, given: boolean, needs: string, there: boolean): void {
    if (given && !there) throw new ConfigError(`${flag} requires ${needs}`);
  }
}

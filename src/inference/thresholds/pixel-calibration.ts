import type { DefectsConfig } from '../../config/defects.js';
import type { PixelThresholdProvenance } from '../../config/threshold.js';
import type { RoiMask } from '../../defects/roi.js';
import { ConfigError } from '../../errors.js';
import type { AnomalyMap } from '../engine.js';
import { appliedLevels } from './applied-levels.js';
import { BudgetCalibration } from './budget-calibration.js';
import { calibrationDigest } from './calibration-digest.js';
import { PixelQuantile } from './pixel-quantile.js';
import { scopeValues } from './scope-values.js';
import { stageScores } from '../../defects/map-stages/stage-scores.js';

export interface PixelCalibrationOptions {
  readonly split: 'held_out' | 'val' | 'given';
  readonly roiMask?: RoiMask;
  readonly warn: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Reads the pixel threshold from maps of good pictures, through the stages of the config: what counts is the smoothed
 * map, inside the border and the region of interest.
 *
 * @throws ConfigError when the strategy needs a value that the config does not give, or does not fit the other controls
 */
export class PixelCalibration {
  private readonly pixels = new PixelQuantile();
  private readonly budget: BudgetCalibration | null;
  private maps = 0;

  constructor(
    private readonly config: DefectsConfig,
    private readonly options: PixelCalibrationOptions,
  ) {
    const { pixel_threshold: value, pixel_threshold_strategy: strategy } = config;
    if (value === null && (strategy === 'fixed' || strategy === 'infer_config')) {
      throw new ConfigError(
        `defects.pixel_threshold_strategy: "${strategy}" takes the threshold from defects.pixel_threshold, which is not set; ` +
          'give --pixel-threshold, or take "normal_pixel_quantile" or "false_region_budget"',
      );
    }
    this.budget = value === null && strategy === 'false_region_budget' ? new BudgetCalibration(config, options) : null;
  }

  /** @param map borrowed */
  async add(map: AnomalyMap): Promise<void> {
    if (this.config.pixel_threshold !== null) return;
    const scores = await stageScores(map, this.config, this.options.roiMask);
    const values = scopeValues(scores, map.seen);
    this.pixels.add(values);
    this.maps += 1;
    await this.budget?.add(scores, values);
  }

  /** The threshold and how it came to be; null without maps. */
  async result(): Promise<PixelThresholdProvenance | null> {
    const { config, pixels, budget } = this;
    const { pixel_threshold: given, pixel_threshold_strategy: strategy, pixel_normal_quantile: q } = config;
    if (given !== null) {
      return { method: 'fixed', source: strategy === 'infer_config' ? 'infer_config' : 'explicit', value: given };
    }
    if (this.maps === 0) return null;
    if (pixels.count === 0) {
      throw new ConfigError(
        'defects: the border and the region of interest leave no pixel of any calibration picture; make them smaller',
      );
    }
    const found =
      budget === null
        ? this.quantileResult(q)
        : { method: 'false_region_budget' as const, ...(await budget.result(pixels.result(0.5))) };
    return { ...found, ...this.context(found.method) };
  }

  private quantileResult(q: number) {
    const value = this.pixels.result(q);
    const found = { method: 'normal_pixel_quantile' as const, value, q };
    try {
      return { ...found, levels: appliedLevels(this.config, value) };
    } catch (error) {
      // The fit is not thrown away for controls that can still be changed.
      if (!(error instanceof ConfigError)) throw error;
      this.options.warn(`at the pixel threshold ${value} the controls do not fit: ${error.message}`);
      return found;
    }
  }

  /** Frees what was put aside. */
  async dispose(): Promise<void> {
    await this.budget?.dispose();
  }

  private context(method: PixelThresholdProvenance['method']) {
    const { config, pixels, options } = this;
    const { roi_xyxy_norm, roi_rectangles_norm, roi_polygon_norm, roi_mask_path } = config;
    return {
      source: options.split,
      calibration_map_count: this.maps,
      calibration_pixel_count: pixels.count,
      ...(method === 'normal_pixel_quantile' ? { exact: pixels.exact } : {}),
      roi_used: [roi_xyxy_norm, roi_rectangles_norm, roi_polygon_norm, roi_mask_path].some((key) => key !== null),
      roi_xyxy_norm,
      border_ignore_px: config.border_ignore_px,
      map_smoothing: config.map_smoothing,
      controls_sha256: calibrationDigest(method, config, options.roiMask),
    };
  }
}

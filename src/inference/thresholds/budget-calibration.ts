import type { DefectsConfig } from '../../config/defects.js';
import type { FalseRegionClaim, PixelThresholdProvenance } from '../../config/threshold.js';
import { checkDefectsConfig } from '../../defects/check-config.js';
import { findDefects } from '../../defects/find-defects.js';
import { resolveLevels } from '../../defects/levels.js';
import type { RoiMask } from '../../defects/roi.js';
import { ConfigError, InterruptedError } from '../../errors.js';
import { tf } from '../../runtime/tf.js';
import { appliedLevels } from './applied-levels.js';
import { lowestSafeThreshold } from './lowest-safe-threshold.js';
import { MapSpool } from './map-spool.js';
import { nextFloat } from './next-float.js';
import { allowedRegions, picturesNeeded, regionsPer1000 } from './region-budget.js';
import type { StageScores } from '../../defects/map-stages/stage-scores.js';

interface Found {
  readonly regions: number;
  readonly pictures: number;
}

/**
 * The lowest pixel threshold at which good pictures keep to a budget of false regions: every candidate goes through all
 * stages of the config, with levels relative to the candidate where the config says so. The maps are kept smoothed, so
 * that the smoothing is done once.
 */
export class BudgetCalibration {
  private readonly maps: MapSpool;
  /** The highest value of every map inside its scope: a map whose peak is below the level has no region. */
  private readonly peaks: number[] = [];
  private readonly counting: DefectsConfig;

  /** @throws ConfigError when the regions of the config do not depend on the pixel threshold */
  constructor(
    private readonly config: DefectsConfig,
    private readonly options: {
      readonly roiMask?: RoiMask;
      readonly warn: (line: string) => void;
      readonly signal?: AbortSignal;
    },
    bytesInMemory?: number,
  ) {
    checkDefectsConfig(config, 2);
    const { enabled, high } = config.hysteresis;
    if (enabled && high !== null && (config.score_levels === 'absolute' || high <= 0)) {
      throw new ConfigError(
        `defects.pixel_threshold_strategy: "false_region_budget" needs regions that depend on the pixel threshold, but ` +
          `hysteresis.high is ${high}; leave it out, or make it a multiple above 0 with score_levels "relative"`,
      );
    }
    this.maps = new MapSpool(bytesInMemory);
    const smoothed = { ...config.map_smoothing, method: 'none' as const };
    this.counting = { ...config, map_smoothing: smoothed, trace: false, outline: false, image_space: false };
  }

  /** @param scores taken over @param values of the scope, borrowed */
  async add({ height, width, data }: StageScores, values: Float32Array): Promise<void> {
    this.peaks.push(values.reduce((max, value) => Math.max(max, value), -Infinity));
    await this.maps.add({ height, width, data });
  }

  /** @param floor no threshold below this is tried: the median of the normal pixels */
  async result(floor: number): Promise<Pick<PixelThresholdProvenance, 'value' | 'levels' | 'budget'>> {
    const { config, options } = this;
    const { max_regions_per_1000, confidence } = config.false_region_budget;
    const asked = { max_regions_per_1000, confidence };
    const pictures = this.maps.count;
    const allowed = allowedRegions(asked, pictures);
    const limit = allowed ?? 0;
    const range = this.range(floor);
    let kept: Found = { regions: 0, pictures: 0 };
    const search = await lowestSafeThreshold(range, async (threshold) => {
      const found = await this.count(threshold, limit);
      if (found.regions <= limit) kept = found;
      return found.regions <= limit;
    });
    const claim: FalseRegionClaim = {
      ...asked,
      pictures,
      false_regions: kept.regions,
      pictures_with_false_regions: kept.pictures,
      upper_bound_per_1000: regionsPer1000(kept.regions, pictures, confidence),
      supported: allowed !== null,
      allowed_false_regions: allowed,
      pictures_needed: picturesNeeded(asked),
      searched_from: range.top,
      thresholds_tested: search.tested,
      resolution: search.resolution,
      at_floor: search.atFloor,
    };
    warnings(claim).forEach(options.warn);
    return { value: search.value, levels: appliedLevels(config, search.value), budget: claim };
  }

  async dispose(): Promise<void> {
    await this.maps.dispose();
  }

  /** From a threshold that no pixel reaches down to the floor, where the levels make sense. */
  private range(floor: number): { floor: number; top: number } {
    const { config } = this;
    const { enabled, high, low } = config.hysteresis;
    const relative = config.score_levels === 'relative';
    const multiple = enabled && relative && high !== null ? high : 1;
    const peak = this.peaks.reduce((max, value) => Math.max(max, value), -Infinity);
    if (relative && peak <= 0) {
      throw new ConfigError(
        `defects.score_levels: "relative" needs scores above 0, but the highest normal one is ${peak}; give absolute levels`,
      );
    }
    let top = nextFloat(peak / multiple);
    while (this.seed(top) <= peak) top = nextFloat(top);
    // A level that the threshold may not fall below, and a range that never reaches 0 where levels are multiples.
    const least = enabled && low !== null && !relative ? low : relative ? top / 1000 : -Infinity;
    const bottom = Math.max(floor, least);
    return bottom < top ? { floor: bottom, top } : { floor: bottom, top: nextFloat(bottom) };
  }

  /** What a region must reach with one pixel at least. */
  private seed(threshold: number): number {
    const { enabled, high } = this.config.hysteresis;
    const relative = this.config.score_levels === 'relative';
    return Math.fround(enabled && high !== null && relative ? high * threshold : threshold);
  }

  /** No map whose peak is below this has a region: neither the seed nor the score filters would let it through. */
  private needed(threshold: number): number {
    const { minScoreMax, minScoreMean } = resolveLevels(this.config, threshold, 2);
    const limits = [minScoreMax, minScoreMean].filter((limit) => limit !== null);
    // The filters compare scores that were rounded to 6 digits, which may have gone up.
    return Math.max(this.seed(threshold), ...limits.map((limit) => limit - 1e-5 * Math.abs(limit)));
  }

  /** The regions at a threshold; counting ends early above `limit`. */
  private async count(threshold: number, limit: number): Promise<Found> {
    const request = { config: this.counting, pixelThreshold: threshold, semantics: 2, roiMask: this.options.roiMask };
    const needed = this.needed(threshold);
    let [regions, pictures] = [0, 0];
    for (const [i, peak] of this.peaks.entries()) {
      if (peak < needed) continue;
      if (this.options.signal?.aborted === true) {
        throw new InterruptedError('the calibration was stopped before it was done');
      }
      const { height, width, data } = await this.maps.read(i);
      const map = tf.tensor2d(data, [height, width]);
      const found = await findDefects(map, { ...request, semantics: 2 }).finally(() => map.dispose());
      regions += found.regions.length;
      pictures += found.regions.length > 0 ? 1 : 0;
      if (regions > limit) break;
    }
    return { regions, pictures };
  }
}

function warnings(claim: FalseRegionClaim): string[] {
  const { supported, at_floor, pictures, pictures_needed, max_regions_per_1000, confidence } = claim;
  const lines: string[] = [];
  if (!supported) {
    const needed = pictures_needed === null ? 'no number of pictures does' : `${pictures_needed} would`;
    lines.push(
      `${pictures} held-out pictures cannot support at most ${max_regions_per_1000} false regions in 1,000 pictures with ` +
        `confidence ${confidence} (${needed}); the lowest pixel threshold without any false region is taken, which supports ` +
        `at most ${claim.upper_bound_per_1000.toPrecision(3)}`,
    );
  }
  if (at_floor) {
    lines.push(
      'the other controls hold back the regions of the good pictures at every pixel threshold down to the median of the ' +
        'normal pixels, so that the threshold says little; look at min_score_max and the filters',
    );
  }
  return lines;
}

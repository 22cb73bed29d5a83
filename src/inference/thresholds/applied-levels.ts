import type { DefectsConfig } from '../../config/defects.js';
import type { PixelThresholdProvenance } from '../../config/threshold.js';
import { resolveLevels } from '../../defects/levels.js';

/**
 * The score levels of a config at a pixel threshold, as a provenance tells them.
 *
 * @throws ConfigError when the levels do not fit the threshold
 */
export function appliedLevels(
  config: DefectsConfig,
  threshold: number,
): NonNullable<PixelThresholdProvenance['levels']> {
  const { low, high, minScoreMax, minScoreMean } = resolveLevels(config, threshold, 2);
  return { low, high, min_score_max: minScoreMax, min_score_mean: minScoreMean };
}

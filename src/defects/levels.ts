import type { DefectsConfig } from '../config/defects.js';
import { ConfigError } from '../errors.js';
import type { Semantics } from './stage.js';

/** The score levels of a run, absolute, as they are applied. */
export interface Levels {
  /** The pixel threshold of the request. */
  readonly threshold: number;
  /** A pixel is foreground at or above this, compared in float32. */
  readonly low: number;
  /** A component is kept when one of its pixels is at or above this; null without hysteresis. */
  readonly high: number | null;
  readonly minScoreMax: number | null;
  readonly minScoreMean: number | null;
}

/**
 * Resolves the score levels of a config.
 *
 * Without hysteresis `low` is the pixel threshold. With it, `high` defaults to the pixel threshold. `low` defaults to
 * half of `high`; in semantics 2 to `high` itself where that is not above zero, because half of it would lie above it.
 *
 * @throws ConfigError in semantics 2 when `high` is below `low`, or when relative levels meet a threshold that is not above 0
 */
export function resolveLevels(config: DefectsConfig, threshold: number, semantics: Semantics): Levels {
  const relative = config.score_levels === 'relative';
  if (relative && threshold <= 0) {
    throw new ConfigError(
      `defects.score_levels: "relative" needs a pixel threshold above 0, got ${threshold}; give absolute levels`,
    );
  }
  const level = (value: number | null) => (value !== null && relative ? value * threshold : value);
  const filters = { minScoreMax: level(config.min_score_max), minScoreMean: level(config.min_score_mean) };
  const { enabled, low, high } = config.hysteresis;
  if (!enabled) return { threshold, low: threshold, high: null, ...filters };

  const top = level(high) ?? threshold;
  const bottom = level(low) ?? (semantics === 1 || top > 0 ? top / 2 : top);
  if (bottom <= top) return { threshold, low: bottom, high: top, ...filters };
  if (semantics === 1) return { threshold, low: top, high: bottom, ...filters };
  throw new ConfigError(
    `defects.hysteresis: expected low at or below high, got low ${bottom} above high ${top}; lower "low" or raise "high"`,
  );
}

import type { ResizeRule } from '../config/input-rule.js';
import { ConfigError } from '../errors.js';
import type { FeatureExtractor } from './backbones/extractor.js';

/**
 * Refuses a resize rule whose pictures do not fit the backbone.
 *
 * @throws ConfigError when a side is no multiple of what the backbone needs
 */
export function checkSides(resize: ResizeRule, extractor: FeatureExtractor): void {
  const sides = resize.mode === 'stretch' ? [resize.size.height, resize.size.width] : [resize.multiple];
  for (const side of sides) {
    if (side % extractor.multiple === 0) continue;
    throw new ConfigError(`resize: this backbone needs sides that are multiples of ${extractor.multiple}, got ${side}`);
  }
}

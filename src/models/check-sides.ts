import type { ResizeRule } from '../config/input-rule.js';
import type { Size } from '../config/size.js';
import { ConfigError } from '../errors.js';
import type { FeatureExtractor } from './backbones/extractor.js';

/**
 * Refuses a resize rule, or a crop after it, whose pictures do not fit the backbone.
 *
 * @throws ConfigError when a side is no multiple of what the backbone needs, or a crop cannot fit
 */
export function checkSides(
  resize: ResizeRule,
  network: Pick<FeatureExtractor, 'multiple'>,
  crop: Size | null = null,
): void {
  const { key, sides } = sidesOf(resize, crop);
  for (const side of sides) {
    if (side % network.multiple === 0) continue;
    throw new ConfigError(`${key}: this backbone needs sides that are multiples of ${network.multiple}, got ${side}`);
  }
  if (crop === null) return;
  const most =
    resize.mode === 'stretch'
      ? resize.size
      : { height: resize.max_long_side ?? Infinity, width: resize.max_long_side ?? Infinity };
  if (crop.height <= most.height && crop.width <= most.width) return;
  throw new ConfigError(
    `crop: ${crop.width} x ${crop.height} pixels do not fit into the ${most.width} x ${most.height} that resize leaves; take a smaller crop`,
  );
}

/** What the backbone sees: the crop where there is one. */
function sidesOf(resize: ResizeRule, crop: Size | null): { key: string; sides: number[] } {
  if (crop !== null) return { key: 'crop', sides: [crop.height, crop.width] };
  const sides = resize.mode === 'stretch' ? [resize.size.height, resize.size.width] : [resize.multiple];
  return { key: 'resize', sides };
}

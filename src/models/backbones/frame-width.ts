import { ConfigError } from '../../errors.js';
import type { FeatureExtractor } from './extractor.js';

/**
 * The pixels by which pictures are mirrored outwards.
 *
 * @param context what the user asks for; null = as many as the backbone needs
 * @throws ConfigError when it does not fit the strides of the backbone
 */
export function frameWidth(extractor: FeatureExtractor, context: number | null): number {
  const width = context ?? extractor.context;
  if (width % extractor.multiple === 0) return width;
  throw new ConfigError(`context: expected a multiple of ${extractor.multiple} pixels for this backbone, got ${width}`);
}

import { tf } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { unitLength } from './unit-length.js';

/**
 * The same extractor with the features of every layer brought to unit length, so that joined layers count alike.
 *
 * @param extractor owned by the result
 */
export function unitLengthLayers(extractor: FeatureExtractor): FeatureExtractor {
  return {
    taps: extractor.taps,
    multiple: extractor.multiple,
    context: extractor.context,
    extract: (x) => tf.tidy(() => extractor.extract(x).map((features) => unitLength(features))),
    dispose: () => extractor.dispose(),
  };
}

import type { Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { frameWidth } from '../backbones/frame-width.js';
import { framedFeatures } from '../backbones/framed-features.js';
import type { FixedResize } from '../fixed-resize.js';
import type { ScaleShape } from './flow-model.js';

/** The layers of a backbone as the scales of a flow. */
export interface TapFeatures {
  readonly scales: readonly ScaleShape[];
  /** @returns one tensor a layer, owned by the caller */
  features(pixels: Tensor4D): Tensor4D[];
}

/**
 * @param extractor borrowed
 * @throws ConfigError when the context does not fit the backbone
 */
export function tapFeatures(
  extractor: FeatureExtractor,
  { resize, context }: { readonly resize: FixedResize; readonly context: number | null },
): TapFeatures {
  const frame = frameWidth(extractor, context);
  const { height, width } = resize.size;
  return {
    scales: extractor.taps.map(({ stride, channels }) => ({
      height: height / stride,
      width: width / stride,
      channels,
    })),
    features: (pixels) => framedFeatures(extractor, frame, pixels),
  };
}

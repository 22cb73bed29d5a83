import { ConfigError } from '../../errors.js';
import { resample } from '../../ops/resample.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { frameWidth } from '../backbones/frame-width.js';
import { framedFeatures } from '../backbones/framed-features.js';
import type { FixedResize } from '../fixed-resize.js';
import type { ScaleShape } from './flow-model.js';

const SCALES = [1, 2, 4];

export interface PicturePyramid {
  readonly scales: readonly ScaleShape[];
  /** @returns one tensor a scale, the finest first, owned by the caller */
  features(pixels: Tensor4D): Tensor4D[];
}

/**
 * The one layer of a backbone on a picture, and on the picture at half and a quarter of its size.
 *
 * @param extractor borrowed
 * @throws ConfigError when the backbone has more layers, or the sizes do not fit it
 */
export function picturePyramid(
  name: string,
  extractor: FeatureExtractor,
  { resize: { size }, context }: { readonly resize: FixedResize; readonly context: number | null },
): PicturePyramid {
  const { taps, multiple } = extractor;
  if (taps.length !== 1) {
    throw new ConfigError(
      `${name}: expected a backbone with one layer, got ${taps.length}; name one in backbone.layers`,
    );
  }
  const least = multiple * SCALES[SCALES.length - 1];
  if (size.height % least !== 0 || size.width % least !== 0) {
    throw new ConfigError(
      `${name}: expected sides of resize.size that are multiples of ${least}, since the picture is also seen at a quarter of its size, got ${size.height} x ${size.width}`,
    );
  }
  const frame = frameWidth(extractor, context);
  const [{ stride, channels }] = taps;
  const sizes = SCALES.map((by) => ({ height: size.height / by, width: size.width / by }));
  return {
    scales: sizes.map(({ height, width }) => ({ height: height / stride, width: width / stride, channels })),
    features: (pixels) =>
      tf.tidy(() =>
        sizes.flatMap((to, i) =>
          framedFeatures(
            extractor,
            frame,
            i === 0 ? pixels : resample(pixels, to, { interpolation: 'bilinear', antialias: true }),
          ),
        ),
      ),
  };
}

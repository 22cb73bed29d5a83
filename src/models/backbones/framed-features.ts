import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from './extractor.js';

/**
 * Features of pictures that are mirrored outwards first, cut back to the pictures: the zero padding of the convolutions stays off
 * them. Plain tfjs that reads nothing back.
 *
 * @param x `[n, h, w, 3]` RGB, 0..255, borrowed
 * @param context pixels of the frame, a multiple of `extractor.multiple`
 * @returns one `[n, h / stride, w / stride, channels]` a tap, owned by the caller
 */
export function framedFeatures(
  extractor: Pick<FeatureExtractor, 'taps' | 'extract'>,
  context: number,
  x: Tensor4D,
): Tensor4D[] {
  if (context === 0) return extractor.extract(x);
  return tf.tidy(() =>
    extractor.extract(mirrored(x, context)).map((features, i) => cropped(features, context / extractor.taps[i].stride)),
  );
}

/** One reflection reaches as far as the picture is large; a picture that is smaller than its frame is reflected again. */
function mirrored(x: Tensor4D, frame: number): Tensor4D {
  let out = x;
  let [down, across] = [frame, frame];
  while (down > 0 || across > 0) {
    const [, h, w] = out.shape;
    const [top, left] = [Math.min(down, h), Math.min(across, w)];
    const sides: [number, number][] = [
      [0, 0],
      [top, top],
      [left, left],
      [0, 0],
    ];
    out = tf.mirrorPad(out, sides, 'symmetric');
    down -= top;
    across -= left;
  }
  return out;
}

function cropped(x: Tensor4D, frame: number): Tensor4D {
  const [, h, w] = x.shape;
  return x.slice([0, frame, frame, 0], [-1, h - 2 * frame, w - 2 * frame, -1]);
}

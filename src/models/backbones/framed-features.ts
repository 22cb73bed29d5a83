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
export function framedFeatures(extractor: FeatureExtractor, context: number, x: Tensor4D): Tensor4D[] {
  if (context === 0) return extractor.extract(x);
  const [, height, width] = x.shape;
  // A picture can be mirrored by its own side at most.
  const [top, left] = [Math.min(context, height), Math.min(context, width)];
  const frame: [number, number][] = [
    [0, 0],
    [top, top],
    [left, left],
    [0, 0],
  ];
  return tf.tidy(() =>
    extractor
      .extract(tf.mirrorPad(x, frame, 'symmetric') as Tensor4D)
      .map((features, i) => cropped(features, top / extractor.taps[i].stride, left / extractor.taps[i].stride)),
  );
}

function cropped(x: Tensor4D, top: number, left: number): Tensor4D {
  const [, h, w] = x.shape;
  return x.slice([0, top, left, 0], [-1, h - 2 * top, w - 2 * left, -1]);
}

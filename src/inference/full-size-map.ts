import type { Size } from '../config/size.js';
import type { Detector } from '../models/detector.js';
import type { Window } from '../ops/crop-window.js';
import { inputSize } from '../ops/input-size.js';
import { upsampleSmooth } from '../ops/upsample-smooth.js';
import { tf, type Tensor2D, type Tensor3D } from '../runtime/tf.js';

/**
 * The map of a picture in the picture's own size: brought up and smoothed as the detector says, and laid where the model looked; 0
 * elsewhere.
 *
 * @param map `[1, mh, mw]` at feature resolution, borrowed
 * @param seen the part of the picture that the model saw; null = all of it
 * @returns `[picture.height, picture.width]`, owned by the caller
 */
export function fullSizeMap(map: Tensor3D, picture: Size, seen: Window | null, detector: Detector): Tensor2D {
  const { interpolation, sigma, border } = detector.map;
  const input = inputSize(picture, detector.input.resize);
  const scaled = { y: (sigma * picture.height) / input.height, x: (sigma * picture.width) / input.width };
  return tf.tidy(() => {
    const options = { interpolation, sigma: scaled, border };
    const part = upsampleSmooth(map, seen ?? picture, options).squeeze<Tensor2D>([0]);
    return seen === null ? part : placed(part, seen, picture);
  });
}

/** The map of a part in a map of the whole picture. */
function placed(part: Tensor2D, { top, left, height, width }: Window, picture: Size): Tensor2D {
  return part.pad([
    [top, picture.height - top - height],
    [left, picture.width - left - width],
  ]);
}

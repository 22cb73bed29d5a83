import type { InputRule } from '../config/input-rule.js';
import type { Size } from '../config/size.js';
import { ShapeError } from '../errors.js';
import { tf, type Tensor4D } from '../runtime/tf.js';
import { cropWindow } from './crop-window.js';
import { gray } from './gray.js';
import { inputSize } from './input-size.js';
import { quantize } from './quantize.js';
import { resample } from './resample.js';

/**
 * Pictures as a model wants to see them: luma if grey is asked for, then the resize and the crop, then whole grey levels if asked for.
 * With `area`, `antialias` has no meaning: areas are averaged anyway. Bicubic overshoot is cut to 0..255.
 *
 * @param pixels `[n, h, w, 3]` float32 0..255, R G B, borrowed
 * @returns `[n, H, W, 3]`, or `[n, H, W, 1]` for a grey rule, float32 0..255, owned by the caller
 * @throws ShapeError if there are not 3 channels, or the crop is larger than the resized picture
 */
export function applyInputRule(pixels: Tensor4D, rule: InputRule): Tensor4D {
  const [, height, width, channels] = pixels.shape;
  if (channels !== 3) {
    throw new ShapeError(`applyInputRule: expected pictures with 3 channels (grey replicated), got ${channels}`);
  }
  const from = { height, width };
  const to = inputSize(from, rule.resize);
  const { interpolation, antialias } = rule;
  return tf.tidy(() => {
    const coloured = rule.color === 'gray' ? gray(pixels) : pixels;
    const resized = cropped(resample(coloured, to, { interpolation, antialias }), rule);
    if (rule.quantize) return quantize(resized, interpolation === 'area' ? areaTies(from, to) : 'up');
    return interpolation === 'bicubic' ? (resized.clipByValue(0, 255) as Tensor4D) : resized;
  });
}

function cropped(pixels: Tensor4D, { crop }: InputRule): Tensor4D {
  if (crop === undefined) return pixels;
  const [, height, width] = pixels.shape;
  const window = cropWindow({ height, width }, crop);
  return pixels.slice([0, window.top, window.left, 0], [-1, window.height, window.width, -1]);
}

/** OpenCV halves pictures in integers, which rounds ties up, and averages other areas in floats, ties to even. */
function areaTies(from: Size, to: Size): 'up' | 'even' {
  const halves = from.height === 2 * to.height && from.width === 2 * to.width;
  const grows = to.height > from.height || to.width > from.width;
  return halves || grows ? 'up' : 'even';
}

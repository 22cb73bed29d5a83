import type { InputRule } from '../config/input-rule.js';
import type { Picture } from '../data/picture.js';
import { applyInputRule } from '../ops/input-rule.js';
import { tf, type Tensor4D } from '../runtime/tf.js';

/** 16-bit pictures are brought to the 8-bit scale, fractions kept: 65535 / 255 = 257. */
const SIXTEEN_TO_EIGHT = 1 / 257;

/**
 * The tensor that a model sees: the one preparation that fitting, calibration and inference share.
 *
 * @returns `[1, h, w, c]` float32 0..255, owned by the caller
 */
export function prepare(picture: Picture, rule: InputRule): Tensor4D {
  return tf.tidy(() => {
    const values = new Float32Array(picture.rgb);
    const pixels = tf.tensor4d(values, [1, picture.height, picture.width, 3]);
    const scaled = picture.rgb instanceof Uint16Array ? pixels.mul<Tensor4D>(SIXTEEN_TO_EIGHT) : pixels;
    return applyInputRule(scaled, rule);
  });
}

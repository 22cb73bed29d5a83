import type { InputRule } from '../config/input-rule.js';
import type { Picture } from '../data/picture.js';
import { DataError } from '../errors.js';
import { applyInputRule } from '../ops/input-rule.js';
import { inputSize } from '../ops/input-size.js';
import { tf, type Tensor4D } from '../runtime/tf.js';

/** 16-bit pictures are brought to the 8-bit scale, fractions kept: 65535 / 255 = 257. */
const SIXTEEN_TO_EIGHT = 1 / 257;

/** A thin strip whose shape is kept can grow beyond all bounds: 1 x 2000 pixels at a short side of 192 would be 73 million. */
const MAX_INPUT_PIXELS = 2 ** 25;

/**
 * The tensor that a model sees: the one preparation that fitting, calibration and inference share.
 *
 * @throws DataError when the input rule would blow the picture up beyond 2^25 pixels, or its crop is larger than the picture
 * @returns `[1, h, w, c]` float32 0..255, owned by the caller
 */
export function prepare(picture: Picture, rule: InputRule): Tensor4D {
  const { height, width } = inputSize(picture, rule.resize);
  if (height * width > Math.max(MAX_INPUT_PIXELS, picture.height * picture.width)) {
    throw new DataError(
      `${picture.source}: ${picture.width} x ${picture.height} pixels would become ${width} x ${height} for the model; ` +
        'crop the picture, or train with max_long_side',
    );
  }
  if (rule.crop !== undefined && (rule.crop.height > height || rule.crop.width > width)) {
    throw new DataError(
      `${picture.source}: ${picture.width} x ${picture.height} pixels become ${width} x ${height} for the model, less than its crop of ` +
        `${rule.crop.width} x ${rule.crop.height}; give larger pictures, or train without the crop`,
    );
  }
  return tf.tidy(() => {
    const values = new Float32Array(picture.rgb);
    const pixels = tf.tensor4d(values, [1, picture.height, picture.width, 3]);
    const scaled = picture.rgb instanceof Uint16Array ? pixels.mul<Tensor4D>(SIXTEEN_TO_EIGHT) : pixels;
    return applyInputRule(scaled, rule);
  });
}

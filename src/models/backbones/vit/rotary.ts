import type { Size } from '../../../config/size.js';
import { tf, type Tensor2D, type Tensor4D } from '../../../runtime/tf.js';

/** Cosines and sines for every token, `[t, d]` each. */
export interface Rotation {
  readonly cos: Tensor2D;
  readonly sin: Tensor2D;
}

/** The periods of DINOv3: `base^(4 i / d)` for i from 0 to d / 4. */
export function rotaryPeriods(base: number, headWidth: number): Float32Array {
  return Float32Array.from({ length: headWidth / 4 }, (_, i) => base ** ((4 * i) / headWidth));
}

/**
 * The rotations of DINOv3 (Siméoni et al. 2025; Su et al., RoFormer, 2021): the centre of every patch, on -1..1 in each axis, over the
 * periods; the first quarter of the angles is that of the rows, the second that of the columns, and the other half repeats them.
 *
 * @param prefix tokens before the patches, which are not rotated
 * @returns owned by the caller
 */
export function rotation(grid: Size, periods: Float32Array, prefix: number): Rotation {
  const { height, width } = grid;
  const quarter = periods.length;
  const tokens = prefix + height * width;
  const cos = new Float32Array(tokens * 4 * quarter).fill(1);
  const sin = new Float32Array(tokens * 4 * quarter);
  for (let place = 0; place < height * width; place++) {
    const y = (2 * (Math.floor(place / width) + 0.5)) / height - 1;
    const x = (2 * ((place % width) + 0.5)) / width - 1;
    for (let i = 0; i < 4 * quarter; i++) {
      const along = Math.floor(i / quarter) % 2 === 0 ? y : x;
      const angle = (2 * Math.PI * along) / periods[i % quarter];
      cos[(prefix + place) * 4 * quarter + i] = Math.cos(angle);
      sin[(prefix + place) * 4 * quarter + i] = Math.sin(angle);
    }
  }
  const shape: [number, number] = [tokens, 4 * quarter];
  return { cos: tf.tensor2d(cos, shape), sin: tf.tensor2d(sin, shape) };
}

/**
 * Rotates the first half of the channels against the second.
 *
 * @param x `[n, heads, t, d]`, borrowed
 * @returns owned by the caller
 */
export function rotate(x: Tensor4D, { cos, sin }: Rotation): Tensor4D {
  return tf.tidy(() => {
    const [first, second] = tf.split(x, 2, 3);
    return x.mul(cos).add(tf.concat([second.neg(), first], 3).mul(sin)) as Tensor4D;
  });
}

import { ShapeError } from '../errors.js';
import { tf, type Tensor3D, type Tensor4D } from '../runtime/tf.js';
import { resample } from './resample.js';

/** Of the paper, for values from 0 to 1. */
const C = 0.0026;
/** Keeps the root differentiable where a picture is flat. */
const FLAT = 1e-8;

/**
 * How little the edges of two pictures agree, as the mean over scales of `1 -` their gradient magnitude similarity (Xue et al., IEEE TIP 2014;
 * multi-scale as in Zavrtanik et al., RIAD, Pattern Recognition 2021): Prewitt gradients of the mean of the channels, pictures halved by 2 x 2 means
 * from scale to scale, every scale brought back to the full size. Differentiable.
 *
 * @param a `[n, h, w, c]`, values from 0 to 1, borrowed
 * @param b of the same shape, borrowed
 * @returns `[n, h, w]`, 0 = alike, at most 1; owned by the caller
 * @throws ShapeError when a side is too short for the scales
 */
export function gradientDissimilarity(a: Tensor4D, b: Tensor4D, scales = 4): Tensor3D {
  const [n, height, width] = a.shape;
  if (Math.min(height, width) < 2 ** scales) {
    throw new ShapeError(
      `gradientDissimilarity: expected sides of ${2 ** scales} pixels or more for ${scales} scales, got ${height} x ${width}`,
    );
  }
  return tf.tidy(() => {
    let [x, y] = [a.mean(3, true) as Tensor4D, b.mean(3, true) as Tensor4D];
    const maps: Tensor4D[] = [];
    for (let scale = 0; scale < scales; scale++) {
      if (scale > 0) [x, y] = [tf.avgPool(x, 2, 2, 'valid'), tf.avgPool(y, 2, 2, 'valid')];
      const [gx, gy] = [gradientMagnitude(x), gradientMagnitude(y)];
      const likeness = gx.mul(gy).mul(2).add(C).div(gx.square().add(gy.square()).add(C));
      maps.push(resample(tf.sub(1, likeness) as Tensor4D, { height, width }, { interpolation: 'bilinear' }));
    }
    return tf.addN(maps).div(scales).reshape([n, height, width]) as Tensor3D;
  });
}

/** By the filters of Prewitt, whose weights sum to 1 on each side; the border is mirrored. */
function gradientMagnitude(x: Tensor4D): Tensor4D {
  const framed = tf.mirrorPad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], 'reflect'); // prettier-ignore
  const third = 1 / 3;
  const across = [third, 0, -third, third, 0, -third, third, 0, -third];
  const down = [third, third, third, 0, 0, 0, -third, -third, -third];
  const filters = tf.tensor4d(
    across.flatMap((value, i) => [value, down[i]]),
    [3, 3, 1, 2],
  );
  return tf.conv2d(framed, filters, 1, 'valid').square().sum(3, true).add(FLAT).sqrt() as Tensor4D;
}

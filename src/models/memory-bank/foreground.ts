import { dilate, erode } from '../../ops/morphology.js';
import { rectangleElement } from '../../ops/structuring-element.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';

/** The matrix of second moments is squared so often: its 128th power is all but the projection on the first component. */
const SQUARINGS = 7;
const SMALLEST = 1e-30;
const START_SEED = 1;

/**
 * Which patches of a picture show the part: those whose value along the first principal component of the picture's own features
 * passes a threshold (Damm et al., WACV 2025, section 3.3), then dilated and closed by 3 x 3. A principal component has no sign: the
 * side that covers more of the inner 60 % of the picture is the part. A picture on which no patch passes is taken as part altogether.
 * Written in plain tfjs so that it can be recorded.
 *
 * @param features `[n, gh, gw, d]`, as they come from the backbone, borrowed
 * @returns `[n, gh, gw]` of 0 and 1, owned by the caller
 */
export function foreground(features: Tensor4D, threshold: number): Tensor3D {
  const [n, h, w, d] = features.shape;
  return tf.tidy(() => {
    const rows = features.reshape([n, h * w, d]) as Tensor3D;
    const values = alongFirstComponent(rows.sub(rows.mean(1, true))).reshape([n, h, w]) as Tensor3D;
    const [above, below] = [values, values.neg() as Tensor3D].map((v) => v.greater(threshold).toFloat() as Tensor3D);
    const isAbove = insideOf(above).greaterEqual(insideOf(below)).toFloat();
    const chosen = above.mul(isAbove).add(below.mul(tf.sub(1, isAbove))) as Tensor3D;
    const square = rectangleElement(3);
    const closed = erode(dilate(dilate(chosen, square), square), square);
    const isEmpty = closed.max([1, 2], true).equal(0).toFloat();
    return closed.maximum(isEmpty) as Tensor3D;
  });
}

/** `[n, p, d]` centred -> `[n, p, 1]` */
function alongFirstComponent(rows: Tensor3D): Tensor3D {
  const [n, , d] = rows.shape;
  let power = scaled(tf.matMul(rows, rows, true, false));
  for (let i = 0; i < SQUARINGS; i++) power = scaled(tf.matMul(power, power));
  const random = new Random(START_SEED);
  const start = tf.tensor3d(
    Float32Array.from({ length: d }, () => random.normal()),
    [1, d, 1],
  );
  const direction = tf.matMul(power, tf.tile(start, [n, 1, 1]));
  const length = direction.square().sum([1, 2], true).sqrt().maximum(SMALLEST);
  return tf.matMul(rows, direction.div(length) as Tensor3D);
}

/** Held at length 1, so that powers neither overflow nor vanish. */
function scaled(matrix: Tensor3D): Tensor3D {
  const largest = matrix.abs().max([1, 2], true).maximum(SMALLEST);
  const bounded = matrix.div(largest);
  return bounded.div(bounded.square().sum([1, 2], true).sqrt().maximum(SMALLEST));
}

/** How much of the inner part of the grid a mask covers: `[n, 1, 1]`. */
function insideOf(mask: Tensor3D): Tensor3D {
  const [, h, w] = mask.shape;
  const [top, left] = [Math.floor(0.2 * h), Math.floor(0.2 * w)];
  return mask.slice([0, top, left], [-1, h - 2 * top, w - 2 * left]).sum([1, 2], true);
}

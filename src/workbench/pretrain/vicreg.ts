import { convolution } from '../../models/nets/convolution.js';
import { rectified } from '../../models/nets/rectified.js';
import { sequence } from '../../models/nets/sequence.js';
import type { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { Pretext } from './pretext.js';
import { LAYERS } from './trained-backbone.js';

/** The paper's weights of invariance, variance and covariance. */
const [INVARIANCE, VARIANCE, COVARIANCE] = [25, 25, 1];
const EPSILON = 1e-4;
/** Values of a place after the expander. */
const WIDE = 128;

/**
 * Seeing the same place alike in two lights, without seeing all places alike (VICReg; Bardes, Ponce and LeCun, ICLR 2022), place by place as
 * in VICRegL (NeurIPS 2022): the two views differ in light, contrast and noise and not in their geometry.
 */
export function vicreg(): Pretext {
  const heads = LAYERS.map(({ name, channels }) =>
    sequence([
      convolution({ name: `${name}.expand1`, from: channels, to: WIDE, size: 1 }),
      rectified,
      convolution({ name: `${name}.expand2`, from: WIDE, to: WIDE, size: 1, start: 'torch' }),
    ]),
  );
  return {
    heads,
    draw: (crops, random) => [inAnotherLight(crops, random), inAnotherLight(crops, random)],
    loss: ([one, other], see, pass) => {
      // Both views in one pass: batch normalisation sees them together.
      const losses = see(tf.concat([one, other], 0) as Tensor4D).map((features, i) => {
        const rows = heads[i].apply(features, pass).reshape([2, -1, WIDE]);
        const [a, b] = tf.unstack(rows) as Tensor2D[];
        const alike = a.sub(b).square().mean().mul(INVARIANCE);
        return alike.add(spread(a).add(spread(b)).div(2)) as Scalar;
      });
      return { total: tf.addN(losses).div(LAYERS.length) };
    },
  };
}

/** The hinge that keeps every value apart among places, and the covariances that keep values from telling the same. */
function spread(rows: Tensor2D): Scalar {
  const [count, width] = rows.shape;
  const centred = rows.sub<Tensor2D>(rows.mean(0));
  const deviation = centred.square().mean(0).add(EPSILON).sqrt();
  const hinge = tf.relu(tf.sub(1, deviation)).mean();
  const covariance = tf.matMul(centred, centred, true, false).div(count);
  const off = covariance.square().sum().sub(centred.square().mean(0).square().sum()).div(width);
  return hinge.mul(VARIANCE).add(off.mul(COVARIANCE));
}

function inAnotherLight(crops: Tensor4D, random: Random): Tensor4D {
  const [n] = crops.shape;
  return tf.tidy(() => {
    const draw = (low: number, high: number, channels: number) =>
      tf.tensor4d(
        Array.from({ length: n * channels }, () => random.uniform(low, high)),
        [n, 1, 1, channels],
      );
    const noise = tf.tensor4d(
      Float32Array.from({ length: crops.size }, () => 6 * random.normal()),
      crops.shape,
    );
    const lit = crops.mul(draw(0.7, 1.3, 1)).add<Tensor4D>(draw(-25, 25, 3));
    return lit.add(noise).clipByValue(0, 255) as Tensor4D;
  });
}

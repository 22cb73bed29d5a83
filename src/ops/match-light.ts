import { tf, type Tensor, type Tensor3D } from '../runtime/tf.js';

/** Rounds of re-weighting; the weights hardly move after the second. */
const ROUNDS = 3;
/** The exposure of two shots of one station differs less than this. */
const LEAST_GAIN = 0.5;
const MOST_GAIN = 2;

/**
 * The reference in the light of the picture: `gain * reference + offset`, fitted by least squares with Cauchy weights (Holland and Welsch
 * 1977), so that a defect does not bend the fit. The gain is held to 0.5 .. 2; a reference without contrast takes the offset alone.
 *
 * @param references,pictures `[n, h, w]` float32, borrowed
 * @returns `[n, h, w]` float32, owned by the caller
 */
export function matchLight(references: Tensor3D, pictures: Tensor3D): Tensor3D {
  return tf.tidy(() => {
    let fitted = fit(references, pictures, tf.onesLike(references));
    for (let round = 0; round < ROUNDS; round++) {
      const error = pictures.sub(fitted);
      const spread = mean(error.abs()).mul(2).add(1);
      fitted = fit(references, pictures, error.div(spread).square().add(1).reciprocal());
    }
    return fitted;
  });
}

function fit(x: Tensor3D, y: Tensor3D, weights: Tensor): Tensor3D {
  const total = mean(weights);
  const mx = mean(x.mul(weights)).div(total);
  const my = mean(y.mul(weights)).div(total);
  const [dx, dy] = [x.sub(mx), y.sub(my)];
  const variance = mean(dx.square().mul(weights)).div(total);
  const covariance = mean(dx.mul(dy).mul(weights)).div(total);
  // One grey level squared of variance pulls the gain of a flat reference to 1.
  const gain = covariance.add(1).div(variance.add(1)).clipByValue(LEAST_GAIN, MOST_GAIN);
  return dx.mul(gain).add<Tensor3D>(my);
}

function mean(x: Tensor): Tensor {
  return tf.mean(x, [1, 2], true);
}

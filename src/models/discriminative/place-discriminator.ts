import { tf, type Tensor1D, type Tensor2D } from '../../runtime/tf.js';
import { BATCH_NORM_EPSILON, batchNorm } from '../nets/batch-norm.js';
import { convolution } from '../nets/convolution.js';
import { plain, type Module, type Values } from '../nets/module.js';
import { sequence } from '../nets/sequence.js';

const SLOPE = 0.2;
const [HIDDEN, NORM, TAIL] = ['discriminator.hidden', 'discriminator.norm', 'discriminator.tail'];

/** The discriminator of SimpleNet and GLASS: a hidden layer and one number for every place, positive = anomalous. */
export function placeDiscriminator(width: number, hidden: number): Module {
  return sequence([
    convolution({ name: HIDDEN, from: width, to: hidden, size: 1, start: 'glorot' }),
    batchNorm(NORM, hidden),
    plain((x) => tf.leakyRelu(x, SLOPE)),
    convolution({ name: TAIL, from: hidden, to: 1, size: 1, bias: false, start: 'glorot' }),
  ]);
}

/**
 * How the discriminator's number of a place moves with the features of that place, written out: a loss cannot differentiate on the way to what
 * will be differentiated. What the batch normalisation subtracts and divides by is taken as given.
 *
 * @param values of the discriminator and what it remembers, borrowed
 * @param others `[k, d]`: places that the batch normalisation sees beside those asked for, borrowed; null = it uses what it remembers
 * @returns a function of places `[m, d]`, borrowed, that gives the slopes `[m, d]`; to be called within the caller's tidy scope
 */
export function discriminatorSlope(values: Values, others: Tensor2D | null): (rows: Tensor2D) => Tensor2D {
  const [, , from, hidden] = values[`${HIDDEN}.weight`].shape;
  const weight = values[`${HIDDEN}.weight`].reshape<Tensor2D>([from, hidden]);
  const into = (rows: Tensor2D) => rows.matMul<Tensor2D>(weight).add<Tensor2D>(values[`${HIDDEN}.bias`]);
  const known = others === null ? null : into(others);
  return (rows) =>
    tf.tidy(() => {
      const seen = into(rows);
      const { mean, variance } =
        known === null
          ? { mean: values[`${NORM}.running_mean`], variance: values[`${NORM}.running_var`] }
          : tf.moments(tf.concat([known, seen], 0), 0);
      const factor = tf.rsqrt(variance.add(BATCH_NORM_EPSILON)).mul<Tensor1D>(values[`${NORM}.weight`]);
      const normal = seen.sub(mean).mul(factor).add(values[`${NORM}.bias`]);
      const bent = normal
        .greater(0)
        .toFloat()
        .mul(1 - SLOPE)
        .add(SLOPE);
      return tf.matMul(bent.mul<Tensor2D>(factor.mul(values[`${TAIL}.weight`].flatten())), weight, false, true);
    });
}

import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { Module } from './module.js';
import { constant } from './starts.js';

/** Is added to variances, as torch does unless told otherwise. */
export const BATCH_NORM_EPSILON = 1e-5;
/** torch's default. */
const MOMENTUM = 0.1;

/**
 * Batch normalisation (Ioffe and Szegedy, ICML 2015) as torch computes it: a batch is normalised by its own biased variance, and the
 * unbiased one is carried on.
 *
 * @param gain where the scale begins; 0 makes the residual block that ends here begin as the identity
 * @param affine false = neither a scale nor a bias is learned
 */
export function batchNorm(name: string, channels: number, { gain = 1, affine = true } = {}): Module {
  const [weight, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (key) => `${name}.${key}`,
  );
  return {
    trained: affine ? [constant(weight, [channels], gain), constant(bias, [channels], 0)] : [],
    statistics: [constant(mean, [channels], 0), constant(variance, [channels], 1)],
    apply: (x, pass) =>
      tf.tidy(() => {
        const { values } = pass;
        if (!pass.training) return scaled(x, values[mean] as Tensor1D, values[variance] as Tensor1D);
        const count = x.size / channels;
        const average = x.mean([0, 1, 2]) as Tensor1D;
        const spread = x.sub(average).square().mean([0, 1, 2]) as Tensor1D;
        const next = (old: string, now: Tensor1D, factor: number) =>
          pass.carry(old, values[old].mul(1 - MOMENTUM).add(now.mul(MOMENTUM * factor)));
        next(mean, average, 1);
        next(variance, spread, count / Math.max(1, count - 1));
        return scaled(x, average, spread);

        function scaled(from: Tensor4D, center: Tensor1D, width: Tensor1D): Tensor4D {
          const narrowed = tf.rsqrt(width.add(BATCH_NORM_EPSILON));
          if (!affine) return from.sub(center).mul(narrowed);
          const factor = values[weight].mul(narrowed);
          return from.mul(factor).add(values[bias].sub(center.mul(factor)));
        }
      }),
  };
}

import { tf, type Scalar, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import { convolution } from '../nets/convolution.js';
import type { Pass } from '../nets/module.js';
import { channelsOf, decoder, encoder } from './coder.js';
import { ReconstructionDetector } from './reconstruction-detector.js';
import type { ReconstructionMethod } from './reconstruction-method.js';
import { squaredError } from './squared-error.js';
import type { VaeParams } from './vae-params.js';

/** Variances are held to e^-10 .. e^10. */
const LARGEST_LOG = 10;

/**
 * A convolutional variational autoencoder (Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014; beta as Higgins et al., ICLR
 * 2017). Training draws the code from its distribution; scores take its mean.
 */
export class Vae extends ReconstructionDetector<VaeParams> {
  constructor(params: VaeParams) {
    super('vae_conv', params, vaeMethod(params), ['levels', 'latent']);
  }
}

export function vaeMethod({ width, levels, latent, beta }: VaeParams): ReconstructionMethod {
  const deepest = channelsOf(width, levels - 1);
  const down = encoder('encoder', width, levels);
  // Both start small: the first codes are near the standard normal distribution.
  const mean = convolution({ name: 'mean', from: deepest, to: latent, size: 1, start: 'torch' });
  const spread = convolution({ name: 'log_variance', from: deepest, to: latent, size: 1, start: 'torch' });
  const widen = convolution({ name: 'widen', from: latent, to: deepest, size: 1 });
  const up = decoder('decoder', width, levels);
  const modules = [down, mean, spread, widen, up];
  const decoded = (code: Tensor4D, pass: Pass) => up.apply(tf.relu(widen.apply(code, pass)), pass);
  return {
    trained: modules.flatMap((module) => module.trained),
    statistics: modules.flatMap((module) => module.statistics),
    multiple: 2 ** levels,
    draw: ([n, h, w], random) => {
      const shape: [number, number, number, number] = [n, h / 2 ** levels, w / 2 ** levels, latent];
      const size = shape.reduce((a, b) => a * b, 1);
      return [
        tf.tensor4d(
          Float32Array.from({ length: size }, () => random.normal()),
          shape,
        ),
      ];
    },
    loss: (x, [noise], pass) => {
      const deep = down.apply(x, pass);
      const center = mean.apply(deep, pass);
      const logVariance = tf.clipByValue(spread.apply(deep, pass), -LARGEST_LOG, LARGEST_LOG);
      const code: Tensor4D = center.add(logVariance.div(2).exp().mul(noise));
      const error = squaredError(x, decoded(code, pass)).mean() as Scalar;
      const divergence = divergenceOf(center, logVariance);
      return { total: error.add(divergence.mul(beta)), parts: { error, divergence } };
    },
    map: (x, pass) => tf.tidy(() => squaredError(x, decoded(mean.apply(down.apply(x, pass), pass), pass))),
  };
}

/** Kullback and Leibler's divergence of the codes from the standard normal distribution, a value of the code. */
function divergenceOf(center: Tensor, logVariance: Tensor): Scalar {
  return tf.mean(center.square().add(logVariance.exp()).sub(logVariance).sub(1)).div(2);
}

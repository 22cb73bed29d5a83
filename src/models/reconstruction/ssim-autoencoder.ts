import { structuralSimilarity } from '../../ops/structural-similarity.js';
import { tf, type Scalar, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import { convolution } from '../nets/convolution.js';
import type { Pass } from '../nets/module.js';
import { channelsOf, decoder, encoder } from './coder.js';
import { ReconstructionDetector } from './reconstruction-detector.js';
import type { ReconstructionMethod } from './reconstruction-method.js';
import { squaredError } from './squared-error.js';
import type { SsimAutoencoderParams } from './ssim-autoencoder-params.js';

/**
 * An autoencoder that is trained for, and judged by, structural similarity (Bergmann et al., Improving Unsupervised Defect Segmentation by
 * Applying Structural Similarity to Autoencoders, VISAPP 2019).
 */
export class SsimAutoencoder extends ReconstructionDetector<SsimAutoencoderParams> {
  constructor(params: SsimAutoencoderParams) {
    super('ssim_autoencoder', params, ssimAutoencoderMethod(params), ['levels', 'latent', 'loss']);
  }
}

export function ssimAutoencoderMethod({ width, levels, latent, loss }: SsimAutoencoderParams): ReconstructionMethod {
  const deepest = channelsOf(width, levels - 1);
  const down = encoder('encoder', width, levels);
  const narrow = convolution({ name: 'narrow', from: deepest, to: latent, size: 1, start: 'torch' });
  const widen = convolution({ name: 'widen', from: latent, to: deepest, size: 1 });
  const up = decoder('decoder', width, levels);
  const modules = [down, narrow, widen, up];
  const error = (x: Tensor4D, pass: Pass): Tensor3D =>
    tf.tidy(() => {
      const code = narrow.apply(down.apply(x, pass), pass);
      const y = up.apply(tf.relu(widen.apply(code, pass)), pass);
      if (loss === 'l2') return squaredError(x, y);
      return tf.sub(1, structuralSimilarity(x, y).mean(3)).div(2) as Tensor3D;
    });
  return {
    trained: modules.flatMap((module) => module.trained),
    statistics: modules.flatMap((module) => module.statistics),
    multiple: 2 ** levels,
    loss: (x, _, pass) => ({ total: error(x, pass).mean() as Scalar }),
    map: error,
  };
}

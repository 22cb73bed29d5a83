import { localOutlierFactors } from '../../ops/local-outlier-factor.js';
import { nearestOthers } from '../../ops/nearest-others.js';
import { InterruptedError } from '../../errors.js';
import { tf, type Tensor2D, type Tensor3D } from '../../runtime/tf.js';
import type { FitContext } from '../detector.js';
import { gaussianDistances } from './gaussian-distances.js';
import type { SoftPatchParams } from './softpatch-params.js';

/** Values of one block of places: 64 MB of float32. */
const BLOCK = 2 ** 24;

/**
 * How odd every patch is among the patches at the same place of the other pictures (Jiang et al., NeurIPS 2022, section 3.2): the local
 * outlier factor, or 1 plus the distance to the nearest, or 1 plus the Mahalanobis distance to the Gaussian of the place.
 *
 * @param features `[pictures, places, d]`, borrowed
 * @returns `pictures * places` values, picture by picture
 */
export async function outlierWeights(
  features: Tensor3D,
  params: Pick<SoftPatchParams, 'discriminator' | 'lof_k' | 'covariance_eps'>,
  { progress, signal }: FitContext,
): Promise<Float32Array> {
  const [pictures, places, d] = features.shape;
  const k = Math.min(params.discriminator === 'lof' ? params.lof_k : 1, pictures - 1);
  const size = Math.max(1, Math.floor(BLOCK / (pictures * Math.max(pictures, (k + 1) * d))));
  const weights = new Float32Array(pictures * places);
  progress.start('oddness of the training patches', places);
  try {
    for (let start = 0; start < places; start += size) {
      const count = Math.min(size, places - start);
      const block = tf.tidy(() => features.slice([0, start, 0], [-1, count, -1]).transpose<Tensor3D>([1, 0, 2]));
      const values = await oddness(block, k, params).finally(() => block.dispose());
      for (let i = 0; i < values.length; i++) {
        weights[(i % pictures) * places + start + Math.floor(i / pictures)] = values[i];
      }
      progress.update(start + count);
      await new Promise(setImmediate);
      if (signal?.aborted === true) throw new InterruptedError('the fit was stopped');
    }
    return weights;
  } finally {
    progress.stop();
  }
}

/** Of `[places, pictures, d]`, place by place. */
async function oddness(
  block: Tensor3D,
  k: number,
  { discriminator, covariance_eps }: Pick<SoftPatchParams, 'discriminator' | 'covariance_eps'>,
): Promise<Float32Array> {
  if (discriminator === 'gaussian') {
    const distances = await gaussianDistances(block, covariance_eps);
    return distances.map((distance) => 1 + distance);
  }
  const weights = tf.tidy(() => {
    if (discriminator === 'lof') return localOutlierFactors(block, k).flatten();
    return (nearestOthers(block, 1).distances as Tensor2D).flatten().add(1);
  });
  const values = (await weights.data()) as Float32Array;
  weights.dispose();
  return values;
}

import { tf, type Tensor3D } from '../runtime/tf.js';
import { phaseCorrelation, type PhaseCorrelationOptions } from './phase-correlation.js';
import { translate } from './translate.js';

/**
 * Moves each reference to where its content lies in the picture. A shift that does not bring it nearer to the picture (in the mean absolute
 * difference) is not taken: pictures without structure have no shift to find.
 *
 * @param references,pictures `[n, h, w]` float32, borrowed
 * @returns `[n, h, w]` float32, owned by the caller
 */
export function registerShift(references: Tensor3D, pictures: Tensor3D, options: PhaseCorrelationOptions): Tensor3D {
  if (options.maxShift === 0) return references.clone();
  return tf.tidy(() => {
    const moved = translate(references, phaseCorrelation(pictures, references, options));
    const distance = (to: Tensor3D) => tf.mean(pictures.sub(to).abs(), [1, 2], true);
    return tf.where(distance(moved).less(distance(references)), moved, references);
  });
}

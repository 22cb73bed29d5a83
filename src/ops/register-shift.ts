import { tf, type Tensor3D, type Tensor4D } from '../runtime/tf.js';
import { phaseCorrelation, type PhaseCorrelationOptions } from './phase-correlation.js';
import { translate } from './translate.js';

/**
 * Moves each reference to where its content lies in the picture; the shift is that of the mean of the channels. A shift that does not bring
 * the reference nearer to the picture (in the mean absolute difference) is not taken: pictures without structure have no shift to
 * find.
 *
 * @param references,pictures `[n, h, w, c]` float32, borrowed
 * @returns `[n, h, w, c]` float32, owned by the caller
 */
export function registerShift(references: Tensor4D, pictures: Tensor4D, options: PhaseCorrelationOptions): Tensor4D {
  if (options.maxShift === 0) return references.clone();
  return tf.tidy(() => {
    const level = (of: Tensor4D) => tf.mean<Tensor3D>(of, 3);
    const moved = translate(references, phaseCorrelation(level(pictures), level(references), options));
    const distance = (to: Tensor4D) => tf.mean(pictures.sub(to).abs(), [1, 2, 3], true);
    return tf.where(distance(moved).less(distance(references)), moved, references);
  });
}

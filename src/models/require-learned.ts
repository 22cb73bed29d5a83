import { WeightsError } from '../errors.js';
import type { Tensor } from '../runtime/tf.js';

/**
 * Refuses learned tensors that are missing or do not fit the backbone: a model was altered, or its backbone was.
 *
 * @param who the model's name, with which the message begins
 * @param shapes every tensor that is needed; a `null` side may have any length of 1 or more
 * @throws WeightsError that names the first tensor that does not fit
 */
export function requireLearned<N extends string>(
  who: string,
  learned: Readonly<Record<string, Tensor>>,
  shapes: Readonly<Record<N, readonly (number | null)[]>>,
): void {
  for (const [name, sides] of Object.entries<readonly (number | null)[]>(shapes)) {
    const shape = learned[name]?.shape;
    if (shape?.length === sides.length && sides.every((side, i) => shape[i] > 0 && (side ?? shape[i]) === shape[i]))
      continue;
    const want = sides.map((side) => side ?? 'any').join(', ');
    throw new WeightsError(
      `${who}: the backbone and the parameters ask for learned values "${name}" of shape [${want}], but the model has ` +
        `${shape === undefined ? 'none' : `[${shape}]`}; train again`,
    );
  }
}

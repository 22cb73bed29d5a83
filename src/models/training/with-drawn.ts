import type { Random } from '../../runtime/random.js';
import type { Tensor, Tensor4D } from '../../runtime/tf.js';
import { cycle } from './cycle.js';
import type { TrainingPictures } from './training-pictures.js';

/** @param others pictures of other things, `[m, h, w, 3]`, 0..255, borrowed; null where there are none */
export type Draw = (shape: Tensor4D['shape'], random: Random, others: Tensor4D | null) => Tensor[];

/**
 * Every batch with what is drawn for it, as the inputs of a loss.
 *
 * @param draw undefined = nothing
 * @param others gone through as often as it takes, borrowed; null where there are none
 */
export async function* withDrawn(
  draw: Draw | undefined,
  batches: AsyncIterable<Tensor4D>,
  others: TrainingPictures | null,
  random: Random,
): AsyncIterable<Tensor[]> {
  const strange = others === null ? null : cycle(others, random.fork('others'));
  try {
    for await (const pixels of batches) {
      const shown = strange === null ? null : ((await strange.next()).value as Tensor4D);
      const drawn = draw?.(pixels.shape, random, shown) ?? [];
      shown?.dispose();
      yield [pixels, ...drawn];
    }
  } finally {
    await strange?.return(undefined);
  }
}

import type { Random } from '../../runtime/random.js';
import type { Tensor4D } from '../../runtime/tf.js';
import type { TrainingPictures } from './training-pictures.js';

/** Batches of pictures without end, in an order of its own every time round; the consumer disposes them. */
export async function* cycle(pictures: TrainingPictures, random: Random): AsyncGenerator<Tensor4D> {
  for (let round = 0; ; round++) yield* pictures.batches(random.fork(`round ${round}`));
}

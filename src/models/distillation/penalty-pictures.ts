import type { Random } from '../../runtime/random.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import { cycle } from '../training/cycle.js';
import type { TrainingPictures } from '../training/training-pictures.js';
import { jitter } from './jitter.js';

/** The share of them that is grey. */
const GRAY = 0.3;

/** Pictures of other things without end, some of them without their colour; the consumer disposes them. */
export async function* penaltyPictures(pictures: TrainingPictures, random: Random): AsyncGenerator<Tensor4D> {
  const drawn = random.fork('gray');
  for await (const pixels of cycle(pictures, random.fork('order'))) {
    const seen = tf.tidy(() => {
      const rows = Array.from({ length: pixels.shape[0] }, () => [1, 1, drawn.uniform() < GRAY ? 0 : 1]);
      return jitter(pixels, tf.tensor2d(rows));
    });
    pixels.dispose();
    yield seen;
  }
}

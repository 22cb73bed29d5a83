import type { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';

/** Steps that the rows of some pictures make. */
export function rowSteps(pictures: number, places: number, size: number): number {
  return Math.max(1, Math.floor((pictures * places) / size));
}

/**
 * The rows of pictures in random order, in batches of `size`, or all at once where there are fewer; a remainder is left out.
 *
 * @param rows `[n, h, w, d]`, disposed when all batches were taken
 * @returns `[m, 1, 1, d]`, one after the other; owned by the consumer
 */
export function* rowBatches(rows: Tensor4D, size: number, random: Random): Iterable<Tensor4D> {
  const [n, h, w, d] = rows.shape;
  const all = n * h * w;
  const order = random.shuffled(Array.from({ length: all }, (_, i) => i));
  const count = Math.min(size, all);
  try {
    for (let step = 0; step < rowSteps(n, h * w, size); step++) {
      const drawn = order.slice(step * count, (step + 1) * count);
      yield tf.tidy(() => {
        const some = tf.gather(rows.reshape([all, d]) as Tensor, tf.tensor1d(drawn, 'int32'));
        return some.reshape([count, 1, 1, d]) as Tensor4D;
      });
    }
  } finally {
    rows.dispose();
  }
}

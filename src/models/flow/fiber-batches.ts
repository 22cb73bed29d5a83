import type { Random } from '../../runtime/random.js';
import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';

/**
 * The places of pictures in random order, in batches: rows of features, each with what tells its place.
 *
 * @param x `[n, h, w, c]` a layer, disposed when all batches were taken
 * @param codes `[h * w, p]` a layer, borrowed
 * @param rows of a batch, a layer; a layer with fewer rows gives all of them every time
 * @returns for every layer `[m, 1, 1, c]` and `[m, 1, 1, p]`, one after the other; owned by the consumer
 */
export function* fiberBatches(
  x: Tensor4D[],
  codes: readonly Tensor2D[],
  { steps, rows }: { readonly steps: number; readonly rows: readonly number[] },
  random: Random,
): Iterable<Tensor4D[]> {
  try {
    const orders = x.map(({ shape: [n, h, w] }) => random.shuffled(Array.from({ length: n * h * w }, (_, i) => i)));
    for (let step = 0; step < steps; step++) {
      yield tf.tidy(() =>
        x.flatMap((layer, i) => {
          const [places, channels] = [codes[i].shape[0], layer.shape[3]];
          const count = Math.min(rows[i], orders[i].length);
          const start = orders[i].length < (step + 1) * count ? 0 : step * count;
          const drawn = orders[i].slice(start, start + count);
          const fibers = tf.gather(layer.reshape([-1, channels]), tf.tensor1d(drawn, 'int32'));
          const where = tf.gather(
            codes[i],
            tf.tensor1d(
              drawn.map((row) => row % places),
              'int32',
            ),
          );
          return [fibers, where].map((part) => part.reshape([count, 1, 1, -1]) as Tensor4D);
        }),
      );
    }
  } finally {
    tf.dispose(x);
  }
}

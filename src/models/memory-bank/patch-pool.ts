import { InterruptedError } from '../../errors.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';

export interface PatchPool {
  /** `[m, d]`, owned by the caller */
  readonly rows: Tensor2D;
  /** How many patches the pictures have altogether. */
  readonly seen: number;
}

/**
 * Walks the training pictures once and collects their patch features. When `capacity` rows would not hold them all, every picture
 * gives an equal random share; what is drawn from a picture depends on the seed and its number alone, not on batches.
 *
 * @param embed `[n, h, w, 3]` -> `[n, gh, gw, d]`, owned by the pool
 */
export async function collectPatches(
  source: FitSource,
  capacity: number,
  context: FitContext,
  embed: (pixels: Tensor4D) => Tensor4D,
): Promise<PatchPool> {
  const { progress, signal, seed } = context;
  const quota = Math.max(1, Math.floor(capacity / Math.max(1, source.count)));
  const random = new Random(seed);
  const parts: Tensor2D[] = [];
  let seen = 0;
  let pictures = 0;
  progress.start('features of the training pictures', source.count);
  try {
    for await (const { pixels } of source.batches()) {
      let features: Tensor4D;
      try {
        features = embed(pixels);
      } finally {
        pixels.dispose();
      }
      const [n, h, w] = features.shape;
      parts.push(sampled(features, quota, (picture) => random.fork(`picture ${pictures + picture}`)));
      features.dispose();
      seen += n * h * w;
      pictures += n;
      progress.update(pictures);
      if (signal?.aborted) throw new InterruptedError('the fit was stopped');
    }
    return { rows: tf.concat(parts, 0), seen };
  } finally {
    progress.stop();
    tf.dispose(parts);
  }
}

function sampled(features: Tensor4D, quota: number, randomOf: (picture: number) => Random): Tensor2D {
  const [n, h, w, d] = features.shape;
  return tf.tidy(() => {
    const rows = features.reshape([n * h * w, d]) as Tensor2D;
    if (h * w <= quota) return rows;
    const places = Array.from({ length: h * w }, (_, i) => i);
    const chosen = Array.from({ length: n }, (_, i) =>
      randomOf(i)
        .shuffled(places)
        .slice(0, quota)
        .sort((a, b) => a - b)
        .map((place) => i * h * w + place),
    );
    return tf.gather(rows as Tensor, tf.tensor1d(chosen.flat(), 'int32')) as Tensor2D;
  });
}

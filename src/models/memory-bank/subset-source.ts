import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import type { Batch, FitSource } from '../detector.js';

/**
 * Some pictures of a source, in its order.
 *
 * @param wanted numbers of the pictures in the order of the source
 */
export function subsetSource(source: FitSource, wanted: ReadonlySet<number>): FitSource {
  return {
    count: wanted.size,
    async *batches() {
      let seen = 0;
      for await (const batch of source.batches()) {
        const count = batch.pixels.shape[0];
        const kept = Array.from({ length: count }, (_, i) => i).filter((i) => wanted.has(seen + i));
        seen += count;
        if (kept.length === count) yield batch;
        else {
          const part = kept.length === 0 ? null : partOf(batch, kept);
          batch.pixels.dispose();
          if (part !== null) yield part;
        }
      }
    },
  };
}

function partOf({ pixels, sources, sizes }: Batch, kept: readonly number[]): Batch {
  return {
    pixels: tf.tidy(() => tf.gather(pixels as Tensor, tf.tensor1d([...kept], 'int32')) as Tensor4D),
    sources: kept.map((i) => sources[i]),
    sizes: kept.map((i) => sizes[i]),
  };
}

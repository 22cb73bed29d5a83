import type { Tensor4D } from '../../runtime/tf.js';
import type { FitSource } from '../detector.js';

/**
 * A source that gives every batch several times, each time varied otherwise.
 *
 * @param variants each takes borrowed pixels and gives new ones of the same shape
 */
export function augmentedSource(source: FitSource, variants: readonly ((pixels: Tensor4D) => Tensor4D)[]): FitSource {
  return {
    count: source.count * variants.length,
    async *batches() {
      for await (const batch of source.batches()) {
        try {
          for (const vary of variants) yield { ...batch, pixels: vary(batch.pixels) };
        } finally {
          batch.pixels.dispose();
        }
      }
    },
  };
}

import type { Tensor, Tensor4D } from '../../runtime/tf.js';

/** Batches as the inputs of a loss that takes nothing else. */
export async function* singly(batches: AsyncIterable<Tensor4D>): AsyncIterable<Tensor[]> {
  for await (const batch of batches) yield [batch];
}

import type { Picture } from '../data/picture.js';
import type { Batch } from '../models/detector.js';
import { tf, type Tensor4D } from '../runtime/tf.js';

/** A picture with what the model sees of it. */
export interface PreparedPicture {
  readonly picture: Picture;
  readonly pixels: Tensor4D;
  readonly reference?: Tensor4D;
}

/** Joins pictures of one input shape; takes their tensors over, and gives the batch to the caller. */
export function assembleBatch(prepared: readonly PreparedPicture[]): Batch {
  const references = prepared.flatMap(({ reference }) => reference ?? []);
  return {
    pixels: joined(prepared.map(({ pixels }) => pixels)),
    references: references.length === 0 ? undefined : joined(references),
    sources: prepared.map(({ picture }) => picture.source),
    sizes: prepared.map(({ picture }) => ({ height: picture.height, width: picture.width })),
  };
}

function joined(tensors: readonly Tensor4D[]): Tensor4D {
  if (tensors.length === 1) return tensors[0];
  const all = tf.concat([...tensors], 0);
  tf.dispose([...tensors]);
  return all;
}

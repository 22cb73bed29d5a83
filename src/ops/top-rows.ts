import { tf, type Tensor2D } from '../runtime/tf.js';
import { pickColumns } from './pick-columns.js';
import { topColumns, type TopColumns } from './top-columns.js';

/**
 * The largest values of every query over rows that come in chunks of equal width: `topColumns` of the chunks side by side, of which
 * one at a time is in memory.
 *
 * @param chunks how many there are
 * @param valuesOf gives `[q, width]` of a chunk, owned by this function
 * @param count at most the width
 * @returns row numbers for columns; owned by the caller
 */
export function topRows(chunks: number, valuesOf: (chunk: number) => Tensor2D, count: number): TopColumns {
  const [values, indices] = tf.tidy(() => {
    const parts = Array.from({ length: chunks }, (_, i) => {
      const whole = valuesOf(i);
      const top = topColumns(whole, count);
      const start = i * whole.shape[1];
      whole.dispose();
      return {
        values: top.values,
        indices: start === 0 ? top.indices : top.indices.add<Tensor2D>(tf.scalar(start, 'int32')),
      };
    });
    if (parts.length === 1) return [parts[0].values, parts[0].indices];
    const candidates = tf.concat(
      parts.map((part) => part.values),
      1,
    ) as Tensor2D;
    const rows = tf.concat(
      parts.map((part) => part.indices),
      1,
    ) as Tensor2D;
    const best = tf.topk(candidates, count);
    return [best.values, pickColumns(rows, best.indices as Tensor2D)];
  });
  return { values, indices };
}

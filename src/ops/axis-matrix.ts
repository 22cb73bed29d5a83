/** A linear map of one image axis, ready for both sides of a matrix product. */
export interface AxisMatrix {
  readonly from: number;
  readonly to: number;
  /** `[to, from]`: multiplies from the left. */
  readonly rows: Float32Array;
  /** `[from, to]`: multiplies from the right, so that no product needs the slow `transposeB` of the wasm backend. */
  readonly columns: Float32Array;
  readonly identity: boolean;
  /** The first and the last input pixel that output pixel `i` takes anything from. */
  readonly first: Int32Array;
  readonly last: Int32Array;
}

const LIMIT = 32;
const cache = new Map<string, AxisMatrix>();

/**
 * The float32 matrix for a key, made once and kept while it is among the 32 last used. Host memory only: no tensor
 * outlives the op that uses it.
 *
 * @param make gives the matrix `[to, from]` in float64
 */
export function axisMatrix(key: string, from: number, to: number, make: () => Float64Array): AxisMatrix {
  const matrix = cache.get(key) ?? build(from, to, make());
  cache.delete(key);
  cache.set(key, matrix);
  if (cache.size > LIMIT) cache.delete(cache.keys().next().value as string);
  return matrix;
}

function build(from: number, to: number, weights: Float64Array): AxisMatrix {
  const rows = Float32Array.from(weights);
  const columns = new Float32Array(weights.length);
  const first = new Int32Array(to).fill(from - 1);
  const last = new Int32Array(to);
  let identity = from === to;
  for (let i = 0; i < to; i++) {
    for (let j = 0; j < from; j++) {
      const weight = rows[i * from + j];
      columns[j * to + i] = weight;
      if (weight !== (i === j ? 1 : 0)) identity = false;
      if (weight === 0) continue;
      first[i] = Math.min(first[i], j);
      last[i] = j;
    }
  }
  return { from, to, rows, columns, identity, first, last };
}

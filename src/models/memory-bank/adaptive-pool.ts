/**
 * The matrix of torch's `adaptive_avg_pool1d`: output o is the mean of the inputs from `floor(o * from / to)` up to
 * `ceil((o + 1) * from / to)`.
 *
 * @returns `from * to` values, row by row (`[from, to]`)
 */
export function adaptivePoolMatrix(from: number, to: number): Float32Array {
  const matrix = new Float32Array(from * to);
  for (let o = 0; o < to; o++) {
    const [start, end] = [Math.floor((o * from) / to), Math.ceil(((o + 1) * from) / to)];
    for (let i = start; i < end; i++) matrix[i * to + o] = 1 / (end - start);
  }
  return matrix;
}

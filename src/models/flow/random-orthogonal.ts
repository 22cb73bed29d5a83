import type { Random } from '../../runtime/random.js';

/**
 * A matrix drawn evenly from the orthogonal ones (Stewart, The Efficient Generation of Random Orthogonal Matrices, 1980): Gram-Schmidt
 * of normal rows, twice for accuracy.
 *
 * @returns `size * size` values in C order
 */
export function randomOrthogonal(size: number, random: Random): Float32Array {
  const rows: Float64Array[] = [];
  for (let i = 0; i < size; i++) {
    const row = Float64Array.from({ length: size }, () => random.normal());
    for (let round = 0; round < 2; round++) {
      for (const before of rows) {
        const share = dot(row, before);
        for (let k = 0; k < size; k++) row[k] -= share * before[k];
      }
      const length = Math.sqrt(dot(row, row));
      for (let k = 0; k < size; k++) row[k] /= length;
    }
    rows.push(row);
  }
  return Float32Array.from({ length: size * size }, (_, k) => rows[Math.floor(k / size)][k % size]);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

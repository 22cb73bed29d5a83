/**
 * Replaces a covariance matrix S by the inverse of its Cholesky factor: `S = L L^T`, so that `|L^-1 x|^2 = x^T S^-1 x`. Lower
 * triangles row by row (row i begins at `i (i + 1) / 2`), in float64: covariances of few pictures are nearly singular, and float32 would
 * lose the small eigenvalues, which weigh most.
 *
 * @param matrix the lower triangle of S, `width (width + 1) / 2` values, overwritten by that of `L^-1`
 * @returns false when S is not positive definite; `matrix` is then of no use
 */
export function inverseCholesky(matrix: Float64Array, width: number): boolean {
  return factor(matrix, width) && invert(matrix, width);
}

/** S becomes L (Cholesky and Banachiewicz: row by row). */
function factor(matrix: Float64Array, width: number): boolean {
  for (let i = 0; i < width; i++) {
    const row = (i * (i + 1)) / 2;
    for (let j = 0; j <= i; j++) {
      const other = (j * (j + 1)) / 2;
      let rest = matrix[row + j];
      for (let k = 0; k < j; k++) rest -= matrix[row + k] * matrix[other + k];
      if (j < i) matrix[row + j] = rest / matrix[other + j];
      else if (rest > 0 && rest < Infinity) matrix[row + j] = Math.sqrt(rest);
      else return false;
    }
  }
  return true;
}

/** L becomes its inverse: row i needs its own values of L and the rows above, which are inverted already. */
function invert(matrix: Float64Array, width: number): true {
  const sums = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    const row = (i * (i + 1)) / 2;
    sums.fill(0, 0, i);
    for (let k = 0; k < i; k++) {
      const above = (k * (k + 1)) / 2;
      const weight = matrix[row + k];
      for (let j = 0; j <= k; j++) sums[j] += weight * matrix[above + j];
    }
    const scale = 1 / matrix[row + i];
    for (let j = 0; j < i; j++) matrix[row + j] = -scale * sums[j];
    matrix[row + i] = scale;
  }
  return true;
}

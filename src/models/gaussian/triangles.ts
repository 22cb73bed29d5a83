/**
 * Writes a lower triangle (row by row) as the upper triangle of a full matrix: its transpose. The other half is left as it is.
 *
 * @param matrix `width * width` values, row by row
 */
export function unpackTransposed(triangle: ArrayLike<number>, width: number, matrix: Float32Array): void {
  let at = 0;
  for (let i = 0; i < width; i++) for (let j = 0; j <= i; j++) matrix[j * width + i] = triangle[at++];
}

/** The inverse of `unpackTransposed`. */
export function packTransposed(matrix: Float32Array, width: number, triangle: Float32Array): void {
  let at = 0;
  for (let i = 0; i < width; i++) for (let j = 0; j <= i; j++) triangle[at++] = matrix[j * width + i];
}

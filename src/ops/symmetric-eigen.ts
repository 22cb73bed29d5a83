import { ShapeError } from '../errors.js';

export interface Eigen {
  /** Descending. */
  readonly values: Float64Array;
  /** `size` values a row: row i belongs to `values[i]`; orthonormal, of arbitrary sign. */
  readonly vectors: Float64Array;
}

/** Steps per eigenvalue; two or three are usual. */
const MOST_STEPS = 100;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix on the host, in float64: Householder reflections to tridiagonal form, then the
 * QL algorithm with implicit shifts (Golub and Van Loan, Matrix Computations, 8.3). Takes about `10 size^3` operations: 384 in half a
 * second, 1000 in some ten.
 *
 * @param matrix `size * size` finite values, of which both halves agree, borrowed
 * @throws ShapeError when the length is not the square of `size`, or a value is not finite
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  if (!Number.isInteger(size) || size < 1 || matrix.length !== size * size || !matrix.every(Number.isFinite)) {
    throw new ShapeError(`symmetricEigen: expected ${size} x ${size} finite values, got ${matrix.length}`);
  }
  // Lengths are squared on the way: values near 1 neither overflow nor vanish.
  const scale = matrix.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const tridiagonal = reduced(
    matrix.map((value) => value / scale),
    size,
  );
  diagonalise(tridiagonal, size);
  const { diagonal, basis } = tridiagonal;
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[b] - diagonal[a] || a - b);
  const vectors = new Float64Array(size * size);
  order.forEach((from, to) => vectors.set(basis.subarray(from * size, (from + 1) * size), to * size));
  return { values: Float64Array.from(order, (i) => scale * diagonal[i]), vectors };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** `beside[i]` stands between i and i + 1; the last value is 0. */
  readonly beside: Float64Array;
  /** Row i of the transposed transformation. */
  readonly basis: Float64Array;
}

/** `Q^T A Q` tridiagonal; A is overwritten: below the diagonal by the reflections. */
function reduced(a: Float64Array, size: number): Tridiagonal {
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  const scales = new Float64Array(size);
  const v = new Float64Array(size);
  const w = new Float64Array(size);
  for (let k = 0; k < size - 1; k++) {
    diagonal[k] = a[k * size + k];
    let norm = 0;
    for (let i = k + 1; i < size; i++) {
      v[i] = a[i * size + k];
      norm += v[i] * v[i];
    }
    norm = Math.sqrt(norm);
    const first = v[k + 1];
    beside[k] = first > 0 ? -norm : norm;
    if (norm === 0) continue;
    v[k + 1] = first - beside[k];
    // I - scale v v^T maps the column to a multiple of its first axis.
    const scale = 1 / (norm * (norm + Math.abs(first)));
    scales[k] = scale;
    reflect(a, size, k + 1, v, w, scale);
    for (let i = k + 1; i < size; i++) a[i * size + k] = v[i];
  }
  diagonal[size - 1] = a[size * size - 1];
  return { diagonal, beside, basis: accumulated(a, size, scales) };
}

/** `H B H` of the block that begins at `from`, with `H = I - scale v v^T`. */
function reflect(a: Float64Array, size: number, from: number, v: Float64Array, w: Float64Array, scale: number): void {
  let along = 0;
  for (let i = from; i < size; i++) {
    let sum = 0;
    const row = i * size;
    for (let j = from; j < size; j++) sum += a[row + j] * v[j];
    w[i] = scale * sum;
    along += w[i] * v[i];
  }
  const half = (scale * along) / 2;
  for (let i = from; i < size; i++) w[i] -= half * v[i];
  for (let i = from; i < size; i++) {
    const [row, vi, wi] = [i * size, v[i], w[i]];
    for (let j = from; j < size; j++) a[row + j] -= vi * w[j] + wi * v[j];
  }
}

/** The product of all reflections, transposed: the last one first, so that each touches its own block only. */
function accumulated(reflections: Float64Array, size: number, scales: Float64Array): Float64Array {
  const basis = new Float64Array(size * size);
  for (let i = 0; i < size; i++) basis[i * size + i] = 1;
  const v = new Float64Array(size);
  for (let k = size - 2; k >= 0; k--) {
    if (scales[k] === 0) continue;
    for (let i = k + 1; i < size; i++) v[i] = reflections[i * size + k];
    for (let row = (k + 1) * size; row < size * size; row += size) {
      let sum = 0;
      for (let j = k + 1; j < size; j++) sum += basis[row + j] * v[j];
      sum *= scales[k];
      for (let j = k + 1; j < size; j++) basis[row + j] -= sum * v[j];
    }
  }
  return basis;
}

/** QL with implicit shifts: drives `beside` to zero and turns the rows of `basis` along. */
function diagonalise({ diagonal: d, beside: e, basis }: Tridiagonal, size: number): void {
  for (let low = 0; low < size; low++) {
    for (let step = 0; ; step++) {
      const high = endOfBlock(d, e, low, size);
      if (high === low) break;
      if (step === MOST_STEPS) throw new Error('symmetricEigen: the QL algorithm does not converge');
      const ratio = (d[low + 1] - d[low]) / (2 * e[low]);
      const root = Math.hypot(ratio, 1);
      let g = d[high] - d[low] + e[low] / (ratio + (ratio < 0 ? -root : root));
      let [sine, cosine, shift] = [1, 1, 0];
      let at = high - 1;
      for (; at >= low; at--) {
        const [f, b] = [sine * e[at], cosine * e[at]];
        const length = Math.hypot(f, g);
        e[at + 1] = length;
        if (length === 0) break;
        [sine, cosine] = [f / length, g / length];
        const rest = d[at + 1] - shift;
        const turned = (d[at] - rest) * sine + 2 * cosine * b;
        shift = sine * turned;
        d[at + 1] = rest + shift;
        g = cosine * turned - b;
        rotate(basis, size, at, sine, cosine);
      }
      if (at >= low) {
        d[at + 1] -= shift; // the block fell apart early
      } else {
        d[low] -= shift;
        e[low] = g;
      }
      e[high] = 0;
    }
  }
}

/** The last row of the block that begins at `low`: beyond it the value beside the diagonal is nothing. */
function endOfBlock(d: Float64Array, e: Float64Array, low: number, size: number): number {
  let high = low;
  while (high < size - 1 && Math.abs(e[high]) > Number.EPSILON * (Math.abs(d[high]) + Math.abs(d[high + 1]))) high++;
  return high;
}

function rotate(basis: Float64Array, size: number, row: number, sine: number, cosine: number): void {
  const [upper, lower] = [row * size, (row + 1) * size];
  for (let j = 0; j < size; j++) {
    const [x, y] = [basis[upper + j], basis[lower + j]];
    basis[lower + j] = sine * x + cosine * y;
    basis[upper + j] = cosine * x - sine * y;
  }
}

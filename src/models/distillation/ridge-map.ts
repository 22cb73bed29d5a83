import { crossProducts } from '../../ops/cross-products.js';
import { tf, type Tensor1D, type Tensor2D } from '../../runtime/tf.js';
import { inverseCholesky } from '../gaussian/inverse-cholesky.js';

/** Deviations below this share of the values themselves are rounding. */
const ROUNDING = 1e-6;

/** A linear map from the first values of a row to the others, all of them brought to mean 0 and variance 1 first. */
export interface RidgeMap {
  /** `[d]` each, of all values. */
  readonly mean: Tensor1D;
  readonly gain: Tensor1D;
  /** `[student, teacher]` */
  readonly weight: Tensor2D;
}

/** Shapes of a `RidgeMap` of rows of `width` values. */
export function ridgeShapes(width: number, student: number): Record<keyof RidgeMap, number[]> {
  return { mean: [width], gain: [width], weight: [student, width - student] };
}

/**
 * Ridge regression (Hoerl and Kennard 1970): `W = (X'X / n + ridge I)^-1 X'Y / n` with X and Y standardised, in float64 from the
 * products on.
 *
 * @param rows `[n, d]`, finite, borrowed
 * @param student how many of the d values, from the first on, are the ones to predict from
 * @returns owned by the caller; null when `ridge` is too small for float32
 */
export async function ridgeMap(rows: Tensor2D, student: number, ridge: number): Promise<RidgeMap | null> {
  const [n, width] = rows.shape;
  const [mean, gain, standard] = tf.tidy(() => {
    const center = rows.mean(0);
    const deviation = rows.sub(center).square().mean(0).sqrt();
    // Values that never change tell nothing.
    const floor = rows.square().mean(0).sqrt().mul(ROUNDING);
    const scale = tf.where(deviation.greater(floor), tf.divNoNan(1, deviation), 0);
    return [center, scale, rows.sub(center).mul(scale)] as [Tensor1D, Tensor1D, Tensor2D];
  });
  const products = await crossProducts(standard, 'columns');
  standard.dispose();
  const weight = solve(
    products.map((value) => value / n),
    { width, student, ridge },
  );
  if (weight !== null) return { mean, gain, weight: tf.tensor2d(weight, [student, width - student]) };
  tf.dispose([mean, gain]);
  return null;
}

/**
 * What the student's values leave unexplained of the teacher's.
 *
 * @param rows `[n, d]`, borrowed
 * @returns `[n, d - student]`, owned by the caller
 */
export function residuals(rows: Tensor2D, { mean, gain, weight }: RidgeMap): Tensor2D {
  return tf.tidy(() => {
    const [student] = weight.shape;
    const standard = rows.sub(mean).mul<Tensor2D>(gain);
    const predicted = standard.slice([0, 0], [-1, student]).matMul(weight);
    return standard.slice([0, student], [-1, -1]).sub(predicted) as Tensor2D;
  });
}

/** @param products `X'X / n` of all values side by side */
function solve(
  products: Float64Array,
  { width, student, ridge }: { width: number; student: number; ridge: number },
): Float32Array | null {
  const factor = new Float64Array((student * (student + 1)) / 2);
  for (let i = 0, at = 0; i < student; i++) {
    for (let j = 0; j <= i; j++) factor[at++] = products[i * width + j] + (i === j ? ridge : 0);
  }
  if (!inverseCholesky(factor, student)) return null;
  const teacher = width - student;
  const weight = new Float64Array(student * teacher);
  const half = new Float64Array(teacher);
  // With F the inverse factor, W = F'(F B), row by row of F.
  for (let i = 0; i < student; i++) {
    const row = (i * (i + 1)) / 2;
    half.fill(0);
    for (let k = 0; k <= i; k++) {
      for (let c = 0; c < teacher; c++) half[c] += factor[row + k] * products[k * width + student + c];
    }
    for (let k = 0; k <= i; k++) {
      for (let c = 0; c < teacher; c++) weight[k * teacher + c] += factor[row + k] * half[c];
    }
  }
  return Float32Array.from(weight);
}

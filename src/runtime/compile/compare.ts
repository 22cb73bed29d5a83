import { type Tensor } from '../tf.js';

/**
 * How a compiled result differs from the one that the function gave for the same input.
 *
 * Only type and shape count for whole numbers and truth values: they may come from a comparison of numbers that are equal but for
 * rounding, where either answer is right.
 *
 * @param tolerance the largest accepted difference, relative to the largest finite magnitude that is expected
 * @returns the difference as the end of a sentence, or null
 */
export function difference(expected: Tensor, got: Tensor, tolerance: number): string | null {
  if (expected.dtype !== got.dtype || expected.shape.join() !== got.shape.join()) {
    return `${got.dtype}[${got.shape.join()}] instead of ${expected.dtype}[${expected.shape.join()}]`;
  }
  if (expected.dtype !== 'float32') return null;
  const want = expected.dataSync<'float32'>();
  const have = got.dataSync<'float32'>();
  let scale = 0;
  for (const value of want) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    if (Object.is(want[i], have[i])) continue;
    const gap = Math.abs(want[i] - have[i]);
    worst = Math.max(worst, Number.isNaN(gap) ? Infinity : gap);
  }
  return worst <= tolerance * scale ? null : `values that are off by ${worst} where magnitudes reach ${scale}`;
}

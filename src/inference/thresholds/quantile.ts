import { ShapeError } from '../../errors.js';

/**
 * The q-quantile with linear interpolation between order statistics: position `q (n - 1)` in the sorted values
 * (Hyndman and Fan 1996, type 7; NumPy's default).
 *
 * @param sorted ascending values, at least one
 * @param q from 0 to 1
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) throw new ShapeError('a quantile needs at least one value, got none');
  const position = q * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
}

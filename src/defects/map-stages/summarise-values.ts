import { type Size } from '../../config/size.js';
import { pixelCount, type Runs } from '../labelling/runs.js';
import { notFinite } from './not-finite.js';
import { type MapStats } from './summarise.js';

/**
 * The statistics of a map that lies in memory, summed in float64: the same on every backend whose tensors are there.
 *
 * @param values row by row
 * @param roi null: the whole map
 * @throws DataError when a value is not finite, also outside the region of interest
 */
export function summariseValues(values: Float32Array, { height, width }: Size, roi: Runs | null): MapStats {
  let [total, max] = [0, -Infinity];
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const last = roi === null ? 1 : roi.rowStart[y + 1];
    let [from, outside, inside] = [0, 0, 0];
    for (let i = roi === null ? 0 : roi.rowStart[y]; i < last; i++) {
      const start = roi === null ? 0 : roi.start[i];
      const end = roi === null ? width : roi.end[i];
      outside += sumOf(values, row + from, row + start);
      inside += sumOf(values, row + start, row + end);
      max = maxOf(values, row + start, row + end, max);
      from = end;
    }
    // In float64 a sum of finite float32 values cannot leave the range, so that a bad sum tells of a bad value.
    if (!Number.isFinite(inside + outside + sumOf(values, row + from, row + width))) throw notFinite(y);
    total += inside;
  }
  const count = roi === null ? values.length : pixelCount(roi);
  return count === 0 ? { max: 0, mean: 0 } : { max, mean: total / count };
}

/** In four sums, which do not wait for each other. */
function sumOf(values: Float32Array, from: number, to: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let p = from;
  for (; p + 3 < to; p += 4) {
    a += values[p];
    b += values[p + 1];
    c += values[p + 2];
    d += values[p + 3];
  }
  for (; p < to; p++) a += values[p];
  return a + b + (c + d);
}

function maxOf(values: Float32Array, from: number, to: number, atLeast: number): number {
  let max = atLeast;
  for (let p = from; p < to; p++) if (values[p] > max) max = values[p];
  return max;
}

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
  const inside = { sum: 0, max: -Infinity };
  const outside = { sum: 0, max: -Infinity };
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let from = row;
    if (roi === null) add(inside, values, row, (from = row + width));
    else {
      for (let i = roi.rowStart[y]; i < roi.rowStart[y + 1]; i++) {
        add(outside, values, from, row + roi.start[i]);
        add(inside, values, row + roi.start[i], (from = row + roi.end[i]));
      }
    }
    add(outside, values, from, row + width);
    // In float64 a sum of finite float32 values cannot leave the range, so that a bad sum tells of a bad value.
    if (!Number.isFinite(inside.sum + outside.sum)) throw notFinite(y);
  }
  const count = roi === null ? values.length : pixelCount(roi);
  return count === 0 ? { max: 0, mean: 0 } : { max: inside.max, mean: inside.sum / count };
}

/** Four pixels at a time, in four sums and two maxima, so that none waits for the one before. */
function add(totals: { sum: number; max: number }, values: Float32Array, from: number, to: number): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let even = totals.max;
  let odd = even;
  let p = from;
  for (; p + 3 < to; p += 4) {
    const v0 = values[p];
    const v1 = values[p + 1];
    const v2 = values[p + 2];
    const v3 = values[p + 3];
    a += v0;
    b += v1;
    c += v2;
    d += v3;
    if (v0 > even) even = v0;
    if (v1 > odd) odd = v1;
    if (v2 > even) even = v2;
    if (v3 > odd) odd = v3;
  }
  for (; p < to; p++) {
    a += values[p];
    if (values[p] > even) even = values[p];
  }
  totals.sum += a + b + (c + d);
  totals.max = even > odd ? even : odd;
}

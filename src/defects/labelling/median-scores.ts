import { type Size } from '../../config/size.js';
import { type Runs } from './runs.js';

/**
 * Medians of a map, computed where they are asked for. Pixels outside the map repeat the nearest one inside; the values
 * equal those of `medianBlur` bit for bit.
 */
export class MedianScores {
  private readonly medians: Float32Array;
  /** 1 where a median was computed. Filled with nothing else, pages of both that no run touches take no memory. */
  private readonly known: Uint8Array;
  private readonly window: Float32Array;

  /** @param values the map, row by row @param ksize odd */
  constructor(
    private readonly values: Float32Array,
    private readonly ksize: number,
  ) {
    this.medians = new Float32Array(values.length);
    this.known = new Uint8Array(values.length);
    this.window = new Float32Array(ksize * ksize);
  }

  /** The medians, row by row; those outside all runs that were ever asked for are 0. */
  at(runs: Runs): Float32Array {
    const { height, width, rowStart, start, end } = runs;
    const { medians, known } = this;
    const radius = this.ksize >> 1;
    for (let y = 0; y < height; y++) {
      const innerRow = this.ksize === 3 && y > 0 && y < height - 1;
      for (let i = rowStart[y]; i < rowStart[y + 1]; i++) {
        let from = innerRow ? Math.max(start[i], radius) : end[i];
        const to = innerRow ? Math.min(end[i], width - radius) : end[i];
        for (let x = start[i]; x < Math.min(from, end[i]); x++) this.fill(y, x, runs);
        // The runs of a later stage are often those of an earlier one.
        while (from < to && known[y * width + from] === 1) from++;
        if (from < to) {
          medianRow(this.values, medians, y * width, width, from, to);
          known.fill(1, y * width + from, y * width + to);
        }
        for (let x = Math.max(to, start[i]); x < end[i]; x++) this.fill(y, x, runs);
      }
    }
    return medians;
  }

  private fill(y: number, x: number, size: Size): void {
    const p = y * size.width + x;
    if (this.known[p] === 1) return;
    this.medians[p] = this.windowMedian(y, x, size);
    this.known[p] = 1;
  }

  private windowMedian(y: number, x: number, { height, width }: Size): number {
    const radius = this.ksize >> 1;
    let n = 0;
    for (let dy = -radius; dy <= radius; dy++) {
      const row = Math.min(Math.max(y + dy, 0), height - 1) * width;
      for (let dx = -radius; dx <= radius; dx++) {
        this.window[n++] = this.values[row + Math.min(Math.max(x + dx, 0), width - 1)];
      }
    }
    return middle(this.window);
  }
}

/**
 * 3 x 3 medians of a piece of a row that does not touch the edge of the map. Every column of the window is sorted once and
 * slides through; the median is the middle of the highest low, the middle middle and the lowest high.
 */
function medianRow(v: Float32Array, out: Float32Array, row: number, width: number, from: number, to: number): void {
  // One by one: a swap through an array, at every pixel, takes longer than the sorting.
  let low0 = 0;
  let mid0 = 0;
  let high0 = 0;
  let low1 = 0;
  let mid1 = 0;
  let high1 = 0;
  for (let x = from - 1; x <= to; x++) {
    const p = row + x;
    const a = v[p - width];
    const b = v[p];
    const c = v[p + width];
    const small = a < b ? a : b;
    const large = a < b ? b : a;
    const low = c < small ? c : small;
    const high = c > large ? c : large;
    const mid = c < small ? small : c > large ? large : c;
    if (x > from) {
      const lows = low0 > low1 ? (low0 > low ? low0 : low) : low1 > low ? low1 : low;
      const highs = high0 < high1 ? (high0 < high ? high0 : high) : high1 < high ? high1 : high;
      out[p - 1] = middleOf(lows, middleOf(mid0, mid1, mid), highs);
    }
    low0 = low1;
    mid0 = mid1;
    high0 = high1;
    low1 = low;
    mid1 = mid;
    high1 = high;
  }
}

function middleOf(a: number, b: number, c: number): number {
  if (a < b) return b < c ? b : a < c ? c : a;
  return a < c ? a : b < c ? c : b;
}

/** The middle of an odd number of values (Hoare's selection); reorders them. */
function middle(values: Float32Array): number {
  const target = values.length >> 1;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i <= j) {
        const swap = values[i];
        values[i++] = values[j];
        values[j--] = swap;
      }
    }
    if (target <= j) high = j;
    else if (target >= i) low = i;
    else break;
  }
  return values[target];
}

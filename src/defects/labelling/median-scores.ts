import { type Runs } from './runs.js';

/**
 * Medians of a map, computed where they are asked for. Pixels outside the map repeat the nearest one inside; the values
 * equal those of `medianBlur` bit for bit.
 */
export class MedianScores {
  private readonly medians: Float32Array;
  private readonly window: Float32Array;

  /** @param values the map, row by row @param ksize odd */
  constructor(
    private readonly values: Float32Array,
    private readonly ksize: number,
  ) {
    this.medians = new Float32Array(values.length).fill(NaN);
    this.window = new Float32Array(ksize * ksize);
  }

  /** The medians, row by row; those outside all runs that were ever asked for are NaN. */
  at(runs: Runs): Float32Array {
    const { height, width, rowStart, start, end } = runs;
    const { medians, values } = this;
    const radius = this.ksize >> 1;
    for (let y = 0; y < height; y++) {
      for (let i = rowStart[y]; i < rowStart[y + 1]; i++) {
        for (let x = start[i]; x < end[i]; x++) {
          const p = y * width + x;
          if (!Number.isNaN(medians[p])) continue;
          const inside = x >= radius && y >= radius && x < width - radius && y < height - radius;
          medians[p] =
            this.ksize === 3 && inside ? median9(values, p - width, p, p + width) : this.windowMedian(y, x, runs);
        }
      }
    }
    return medians;
  }

  private windowMedian(y: number, x: number, { height, width }: Runs): number {
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

/** The median of nine: columns sorted, then the middle of the highest low, the middle middle and the lowest high. */
function median9(v: Float32Array, up: number, here: number, down: number): number {
  const [a, b, c] = [
    sort3(v[up - 1], v[here - 1], v[down - 1]),
    sort3(v[up], v[here], v[down]),
    sort3(v[up + 1], v[here + 1], v[down + 1]),
  ];
  return sort3(Math.max(a[0], b[0], c[0]), sort3(a[1], b[1], c[1])[1], Math.min(a[2], b[2], c[2]))[1];
}

function sort3(a: number, b: number, c: number): [number, number, number] {
  const low = a < b ? a : b;
  const high = a < b ? b : a;
  if (c <= low) return [c, low, high];
  return c >= high ? [low, high, c] : [low, c, high];
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

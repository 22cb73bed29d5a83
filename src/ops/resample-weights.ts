/** How one axis is sampled. `area_linear` is what OpenCV's INTER_AREA does as soon as one of the two axes grows. */
export type AxisKernel = 'nearest' | 'bilinear' | 'bicubic' | 'area' | 'area_linear';

export interface AxisSampling {
  readonly kernel: AxisKernel;
  /** Widens the kernel by the ratio when the axis shrinks, cuts it at the edges and normalises, as PIL does. */
  readonly antialias: boolean;
  /** The parameter `a` of Keys' cubic kernel: -0.5 (PIL, and torch with antialias) or -0.75 (OpenCV, torch). */
  readonly cubic: number;
}

/**
 * The matrix that resamples one axis: row `i` holds the share of every input pixel in output pixel `i`. Pixel centres
 * lie at half-integers and every row sums to 1. Without `antialias` the edge pixel is repeated outside.
 *
 * Sources: Keys, Cubic convolution interpolation, 1981; the filters of Pillow's `Image.resize`; INTER_AREA of OpenCV.
 *
 * @param from input pixels
 * @param to output pixels
 * @returns `[to, from]`, row by row
 */
export function resampleWeights(from: number, to: number, sampling: AxisSampling): Float64Array {
  const weights = new Float64Array(to * from);
  for (let i = 0; i < to; i++) {
    const row = weights.subarray(i * from, (i + 1) * from);
    if (sampling.kernel === 'nearest') row[Math.min(from - 1, Math.floor(((i + 0.5) * from) / to))] = 1;
    else if (sampling.kernel === 'area') coverage(row, i, from / to);
    else if (sampling.kernel === 'area_linear') areaLinear(row, i, to);
    else if (sampling.antialias) windowed(row, i, to, kernelOf(sampling));
    else interpolated(row, i, to, kernelOf(sampling));
  }
  return weights;
}

interface Kernel {
  readonly radius: number;
  at(x: number): number;
}

function kernelOf({ kernel, cubic: a }: AxisSampling): Kernel {
  if (kernel === 'bilinear') return { radius: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) };
  const at = (x: number) => {
    const d = Math.abs(x);
    if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
  };
  return { radius: 2, at };
}

function interpolated(row: Float64Array, i: number, to: number, kernel: Kernel): void {
  const last = row.length - 1;
  const centre = ((i + 0.5) * row.length) / to - 0.5;
  const base = Math.floor(centre);
  for (let j = base - kernel.radius + 1; j <= base + kernel.radius; j++) {
    row[Math.min(last, Math.max(0, j))] += kernel.at(centre - j);
  }
}

function windowed(row: Float64Array, i: number, to: number, kernel: Kernel): void {
  const ratio = row.length / to;
  const stretch = Math.max(1, ratio);
  const centre = (i + 0.5) * ratio;
  const first = Math.max(0, Math.trunc(centre - kernel.radius * stretch + 0.5));
  const end = Math.min(row.length, Math.trunc(centre + kernel.radius * stretch + 0.5));
  for (let j = first; j < end; j++) row[j] = kernel.at((j + 0.5 - centre) / stretch);
  normalise(row);
}

function coverage(row: Float64Array, i: number, ratio: number): void {
  const start = i * ratio;
  const end = Math.min(row.length, start + ratio);
  for (let j = Math.floor(start); j < end; j++) {
    const share = Math.min(end, j + 1) - Math.max(start, j);
    if (share > 1e-9) row[j] = share;
  }
  normalise(row);
}

/** Two neighbours, mixed by how much of the output pixel lies in each: sharper than bilinear. */
function areaLinear(row: Float64Array, i: number, to: number): void {
  const from = row.length;
  const left = Math.floor((i * from) / to);
  const raw = i + 1 - ((left + 1) * to) / from;
  const share = left >= from - 1 || raw <= 0 ? 0 : raw - Math.floor(raw);
  row[left] += 1 - share;
  row[Math.min(from - 1, left + 1)] += share;
}

function normalise(row: Float64Array): void {
  let sum = 0;
  for (const weight of row) sum += weight;
  for (let j = 0; j < row.length; j++) row[j] /= sum;
}

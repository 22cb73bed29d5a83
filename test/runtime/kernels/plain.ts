/** Plain-array references of the window ops, NHWC, straight from their definitions; slow and obvious. */

export interface Geometry {
  readonly input: [number, number, number, number];
  readonly filter: [number, number];
  readonly stride: [number, number];
  /** top, bottom, left, right */
  readonly pad: [number, number, number, number];
}

function outputSize({ input, filter, stride, pad }: Geometry): [number, number] {
  return [
    Math.floor((input[1] + pad[0] + pad[1] - filter[0]) / stride[0]) + 1,
    Math.floor((input[2] + pad[2] + pad[3] - filter[1]) / stride[1]) + 1,
  ];
}

/** For every output place and channel: the values of its window that lie inside the picture. */
export function pool(x: ArrayLike<number>, g: Geometry, reduce: (values: number[]) => number): number[] {
  const [n, h, w, c] = g.input;
  const [outHeight, outWidth] = outputSize(g);
  const out: number[] = [];
  for (let b = 0; b < n; b++)
    for (let r = 0; r < outHeight; r++)
      for (let s = 0; s < outWidth; s++)
        for (let k = 0; k < c; k++) {
          const values: number[] = [];
          for (let i = 0; i < g.filter[0]; i++)
            for (let j = 0; j < g.filter[1]; j++) {
              const y = r * g.stride[0] + i - g.pad[0];
              const z = s * g.stride[1] + j - g.pad[2];
              if (y >= 0 && y < h && z >= 0 && z < w) values.push(x[((b * h + y) * w + z) * c + k]);
            }
          out.push(reduce(values));
        }
  return out;
}

/** A convolution; `depthwise` filters are `[h, w, channels, multiplier]`, others `[h, w, channels, outputs]`. */
export function convolve(x: ArrayLike<number>, f: ArrayLike<number>, g: Geometry, last: number, depthwise: boolean) {
  const [n, h, w, c] = g.input;
  const [outHeight, outWidth] = outputSize(g);
  const outputs = depthwise ? c * last : last;
  const out: number[] = [];
  for (let b = 0; b < n; b++)
    for (let r = 0; r < outHeight; r++)
      for (let s = 0; s < outWidth; s++)
        for (let o = 0; o < outputs; o++) {
          let sum = 0;
          for (let i = 0; i < g.filter[0]; i++)
            for (let j = 0; j < g.filter[1]; j++)
              for (let k = 0; k < c; k++) {
                if (depthwise && k !== Math.floor(o / last)) continue;
                const y = r * g.stride[0] + i - g.pad[0];
                const z = s * g.stride[1] + j - g.pad[2];
                if (y < 0 || y >= h || z < 0 || z >= w) continue;
                const cell = ((i * g.filter[1] + j) * c + k) * last + (depthwise ? o % last : o);
                sum += x[((b * h + y) * w + z) * c + k] * f[cell];
              }
          out.push(sum);
        }
  return out;
}

/** Gradient of `sum(weights * f(x))` at `x` by central differences in double precision. */
export function numericGradient(
  f: (x: number[]) => number[],
  x: readonly number[],
  weights: readonly number[],
  step = 1e-4,
): number[] {
  const at = (i: number, by: number): number => {
    const moved = [...x];
    moved[i] += by;
    return f(moved).reduce((sum, value, k) => sum + value * weights[k], 0);
  };
  return x.map((_, i) => (at(i, step) - at(i, -step)) / (2 * step));
}

/** Numbers without pattern or ties, the same on every run. */
export function numbers(count: number, seed = 1): number[] {
  return Array.from({ length: count }, (_, i) => ((Math.sin(seed * 12.9898 + i * 78.233) * 43758.5453) % 1) * 2);
}

/** An 8-bit picture, R G B, row by row. */
export interface Rgb {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const BITS = 22;

/** The weights of Pillow's bilinear filter for one axis, as whole numbers of 22 bits. */
function taps(from: number, to: number): { first: number; weights: number[] }[] {
  const scale = Math.max(1, from / to);
  return Array.from({ length: to }, (_, o) => {
    const centre = (o + 0.5) * (from / to);
    const first = Math.max(0, Math.trunc(centre - scale + 0.5));
    const last = Math.min(from, Math.trunc(centre + scale + 0.5));
    const raw = Array.from({ length: last - first }, (_, i) =>
      Math.max(0, 1 - Math.abs((i + first - centre + 0.5) / scale)),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: raw.map((weight) => Math.trunc(0.5 + (weight / sum) * 2 ** BITS)) };
  });
}

/** `Image.resize((width, height), BILINEAR)` of Pillow in whole numbers: first the rows, then the columns, rounded to 8 bits after each. */
export function pilResize({ width, height, data }: Rgb, to: { width: number; height: number }): Rgb {
  const mixed = (weights: number[], at: (i: number) => number) => {
    const sum = weights.reduce((total, weight, i) => total + weight * at(i), 2 ** (BITS - 1));
    return Math.max(0, Math.min(255, Math.floor(sum / 2 ** BITS)));
  };
  const rows = new Uint8Array(height * to.width * 3);
  for (const [x, { first, weights }] of taps(width, to.width).entries()) {
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < 3; c++) {
        rows[(y * to.width + x) * 3 + c] = mixed(weights, (i) => data[(y * width + first + i) * 3 + c]);
      }
    }
  }
  const out = new Uint8Array(to.height * to.width * 3);
  for (const [y, { first, weights }] of taps(height, to.height).entries()) {
    for (let i = 0; i < to.width * 3; i++) {
      out[y * to.width * 3 + i] = mixed(weights, (k) => rows[(first + k) * to.width * 3 + i]);
    }
  }
  return { ...to, data: out };
}

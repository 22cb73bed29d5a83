/**
 * The mean as NumPy computes it for float32: pairwise summation in float32, eight running sums a block of up to 128
 * values, and a float32 division.
 */
export function float32Mean(values: Float32Array): number {
  return Math.fround(pairwiseSum(values, 0, values.length) / values.length);
}

const f = Math.fround;
const BLOCK = 128;
/** The eight running sums of a block; one at a time is in use. */
const r = new Float32Array(8);

function pairwiseSum(a: Float32Array, from: number, n: number): number {
  if (n > BLOCK) {
    const half = (n >> 1) - ((n >> 1) % 8);
    return f(pairwiseSum(a, from, half) + pairwiseSum(a, from + half, n - half));
  }
  const whole = n - (n % 8);
  let sum = 0;
  if (n >= 8) {
    for (let i = 0; i < 8; i++) r[i] = a[from + i];
    for (let i = 8; i < whole; i++) r[i % 8] += a[from + i];
    sum = f(f(f(r[0] + r[1]) + f(r[2] + r[3])) + f(f(r[4] + r[5]) + f(r[6] + r[7])));
  }
  for (let i = n >= 8 ? whole : 0; i < n; i++) sum = f(sum + a[from + i]);
  return sum;
}

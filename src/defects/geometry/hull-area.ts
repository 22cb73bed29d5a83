/**
 * The area of the convex hull of points that lie on consecutive rows, one row apart, given the leftmost and the
 * rightmost point of each row. Rows without points hold Infinity and -Infinity.
 */
export function hullArea(left: readonly number[], right: readonly number[]): number {
  return -belowHull(right, -1) - belowHull(left, 1);
}

/** The integral of the lower convex hull of the points (i, sign * values[i]) (Andrew's monotone chain, 1979). */
function belowHull(values: readonly number[], sign: 1 | -1): number {
  const chain: number[] = [];
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    const value = sign * values[i];
    if (value === Infinity) continue;
    while (n >= 2) {
      const a = chain[n - 2];
      const b = chain[n - 1];
      const middle = sign * values[b];
      if ((middle - sign * values[a]) * (i - b) < (value - middle) * (b - a)) break;
      n--;
    }
    chain[n++] = i;
  }
  let twice = 0;
  for (let k = 1; k < n; k++) twice += (values[chain[k]] + values[chain[k - 1]]) * (chain[k] - chain[k - 1]);
  return (sign * twice) / 2;
}

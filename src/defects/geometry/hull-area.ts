/**
 * The area of the convex hull of points that lie on consecutive rows, one row apart, given the leftmost and the
 * rightmost point of each row. Rows without points hold Infinity and -Infinity.
 */
export function hullArea(left: Float64Array, right: Float64Array): number {
  return -belowHull(right.map((x) => -x)) - belowHull(left);
}

/** The integral of the lower convex hull of the points (i, values[i]) (Andrew's monotone chain, 1979). */
function belowHull(values: Float64Array): number {
  const chain = new Int32Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === Infinity) continue;
    while (n >= 2) {
      const [a, b] = [chain[n - 2], chain[n - 1]];
      if ((values[b] - values[a]) * (i - b) < (values[i] - values[b]) * (b - a)) break;
      n--;
    }
    chain[n++] = i;
  }
  let twice = 0;
  for (let k = 1; k < n; k++) twice += (values[chain[k]] + values[chain[k - 1]]) * (chain[k] - chain[k - 1]);
  return twice / 2;
}

/**
 * The logarithm of the absolute determinant of a Jacobian by central differences.
 *
 * @param f takes many points at once: as many results as points, all of one length
 */
export async function numericalLogDet(
  f: (points: number[][]) => Promise<number[][]>,
  point: readonly number[],
  step: number,
): Promise<number> {
  const moved = (by: number) => point.map((_, k) => point.map((v, i) => (i === k ? v + by : v)));
  const results = await f([...moved(step), ...moved(-step)]);
  return logAbsDeterminant(
    point.map((_, k) => results[k].map((v, i) => (v - results[point.length + k][i]) / (2 * step))),
  );
}

/** By elimination with pivots. */
function logAbsDeterminant(matrix: readonly (readonly number[])[]): number {
  const rows = matrix.map((row) => [...row]);
  let sum = 0;
  for (let k = 0; k < rows.length; k++) {
    let pivot = k;
    for (let i = k; i < rows.length; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    sum += Math.log(Math.abs(rows[k][k]));
    for (let i = k + 1; i < rows.length; i++) {
      const share = rows[i][k] / rows[k][k];
      for (let j = k; j < rows.length; j++) rows[i][j] -= share * rows[k][j];
    }
  }
  return sum;
}

import type { Random } from '../../runtime/random.js';

const MOST_ROUNDS = 50;

type Row = ArrayLike<number>;

/**
 * The rows that stand for all: those nearest to the centres of `count` clusters (k-means of Lloyd 1982, started as k-means++ of Arthur
 * and Vassilvitskii 2007). Ties go to the lower index.
 *
 * @returns at most `count` different indices; fewer when fewer rows differ
 */
export function representatives(rows: readonly Row[], count: number, random: Random): number[] {
  let centres = start(rows, count, random);
  let clusters = rows.map((row) => nearest(row, centres));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    centres = centres.map((centre, i) => mean(rows.filter((_, at) => clusters[at] === i)) ?? centre);
    const next = rows.map((row) => nearest(row, centres));
    if (next.every((cluster, at) => cluster === clusters[at])) break;
    clusters = next;
  }
  return [...new Set(centres.map((centre) => nearest(centre, rows)))];
}

/** Draws each further centre with a chance that grows as its squared distance from those before. */
function start(rows: readonly Row[], count: number, random: Random): Row[] {
  const centres = [rows[random.below(rows.length)]];
  while (centres.length < count) {
    const distances = rows.map((row) => squaredDistance(row, centres[nearest(row, centres)]));
    const total = distances.reduce((a, b) => a + b, 0);
    if (total === 0) break;
    let left = random.uniform() * total;
    const drawn = distances.findIndex((distance) => distance > 0 && (left -= distance) < 0);
    centres.push(rows[drawn === -1 ? distances.findLastIndex((distance) => distance > 0) : drawn]);
  }
  return centres;
}

function nearest(row: Row, among: readonly Row[]): number {
  let best = 0;
  let least = Infinity;
  among.forEach((other, i) => {
    const distance = squaredDistance(row, other);
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}

function mean(rows: readonly Row[]): Float64Array | null {
  if (rows.length === 0) return null;
  const out = new Float64Array(rows[0].length);
  for (const row of rows) for (let i = 0; i < out.length; i++) out[i] += row[i] / rows.length;
  return out;
}

function squaredDistance(a: Row, b: Row): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

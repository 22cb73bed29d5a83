/** Rows on the host. */
export interface Candidates {
  /** The squared distance of every candidate to the nearest taken row, or -1 for a row that is taken itself; not changed. */
  readonly squared: Float32Array;
  /** Row numbers. */
  readonly places: Int32Array;
  /** `width` values a candidate. */
  readonly features: Float32Array;
  readonly width: number;
}

/**
 * Takes the farthest candidate, lowers the distances of the others by it, and so on while a candidate is strictly farther than
 * `bound`, which no other row exceeds; then the same row would be taken among all rows. Ties go to the lowest row number.
 *
 * @returns row numbers in the order in which they are taken: at least one, at most `wanted`
 */
export function farthestAmong(candidates: Candidates, bound: number, wanted: number): number[] {
  const { places, features, width } = candidates;
  const squared = candidates.squared.slice();
  const taken: number[] = [];
  while (taken.length < wanted) {
    let best = 0;
    for (let i = 1; i < squared.length; i++) {
      if (squared[i] > squared[best] || (squared[i] === squared[best] && places[i] < places[best])) best = i;
    }
    if (squared[best] < 0 || (taken.length > 0 && squared[best] <= bound)) break;
    taken.push(places[best]);
    squared[best] = -1;
    for (let i = 0; i < squared.length; i++) {
      if (squared[i] >= 0) squared[i] = Math.min(squared[i], distance(features, best * width, i * width, width));
    }
  }
  return taken;
}

function distance(features: Float32Array, a: number, b: number, width: number): number {
  let sum = 0;
  for (let k = 0; k < width; k++) sum += (features[a + k] - features[b + k]) ** 2;
  return sum;
}

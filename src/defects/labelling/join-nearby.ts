import { type Components } from './components.js';
import { DisjointSets } from './disjoint-sets.js';

/**
 * Joins components whose nearest pixels have at most `gap` pixels between them: their centres are at most `gap + 1` apart
 * (Euclidean). Compares every run with those of its own and the next `gap + 1` rows, so the shapes do not matter.
 */
export function joinNearby(components: Components, gap: number): DisjointSets {
  const sets = new DisjointSets(components.count);
  for (let dy = 0; dy <= gap + 1; dy++) {
    const reach = Math.floor(Math.sqrt((gap + 1) ** 2 - dy * dy));
    for (let y = dy; y < components.runs.height; y++) {
      joinRows(components, y - dy, y, reach, sets);
    }
  }
  return sets;
}

/**
 * Joins the runs of two rows, or of one, that lie within `reach` columns, in one sweep. A pair that the sweep steps over is joined
 * through the run that ended later: it lies between the two, in the row of one of them, and nearer to it.
 */
function joinRows({ runs, ofRun }: Components, upper: number, lower: number, reach: number, sets: DisjointSets): void {
  const { rowStart, start, end } = runs;
  let a = rowStart[upper];
  let b = rowStart[lower];
  while (a < rowStart[upper + 1] && b < rowStart[lower + 1]) {
    if (start[b] - (end[a] - 1) <= reach && start[a] - (end[b] - 1) <= reach) sets.join(ofRun[a], ofRun[b]);
    if (end[a] < end[b]) a++;
    else b++;
  }
}

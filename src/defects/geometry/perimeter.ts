import { type Components } from '../labelling/components.js';
import { type Runs } from '../labelling/runs.js';
import { type Blob } from './blob.js';

const known = new WeakMap<Components, Float64Array>();

/**
 * The length of a region's boundary in pixels, holes included, by the Cauchy-Crofton formula in four directions
 * (Legland, Kieu and Devaux, Computation of Minkowski measures on 2D and 3D binary images, 2007):
 * `pi / 4 * (h + v + (d1 + d2) / sqrt 2)`, where h, v, d1, d2 count the region's unbroken runs along rows, columns and
 * both diagonals. A disc of radius r has about `2 pi r`, a thin straight line about twice its length.
 */
export function perimeter(blob: Blob): number {
  const all = perimetersOf(blob.components);
  return blob.parts.reduce((sum, label) => sum + all[label], 0);
}

function perimetersOf(components: Components): Float64Array {
  const cached = known.get(components);
  if (cached !== undefined) return cached;
  const { count, runs, ofRun, area } = components;
  const rows = new Float64Array(count);
  for (let i = 0; i < runs.count; i++) rows[ofRun[i]]++;
  // Along a column or a diagonal there are as many runs as pixels that do not continue one from the row above.
  const [down, right, left] = [0, 1, -1].map((shift) => continued(runs, ofRun, count, shift));
  const lengths = rows.map(
    (h, i) => (Math.PI / 4) * (h + area[i] - down[i] + (2 * area[i] - right[i] - left[i]) / Math.SQRT2),
  );
  known.set(components, lengths);
  return lengths;
}

/** For every component, its pixels whose neighbour `shift` columns to the left in the row above is foreground. */
function continued(runs: Runs, ofRun: Int32Array, count: number, shift: number): Float64Array {
  const { height, rowStart, start, end } = runs;
  const pixels = new Float64Array(count);
  for (let y = 1; y < height; y++) {
    let above = rowStart[y - 1];
    let run = rowStart[y];
    while (above < rowStart[y] && run < rowStart[y + 1]) {
      const overlap = Math.min(end[above] + shift, end[run]) - Math.max(start[above] + shift, start[run]);
      if (overlap > 0) pixels[ofRun[run]] += overlap;
      if (end[above] + shift < end[run]) above++;
      else run++;
    }
  }
  return pixels;
}

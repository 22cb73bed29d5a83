import { type Semantics } from '../stage.js';
import { type Blob } from './blob.js';
import { float32Mean } from './float32-mean.js';
import { runsByLabel } from './runs-by-label.js';

/** The mean score over a region's pixels: in float64, or in semantics 1 as NumPy's float32 mean of one component. */
export function scoreMean(blob: Blob, semantics: Semantics): number {
  if (semantics === 2) return blob.scoreSum / blob.area;
  const { scores, runs } = blob.components;
  const { offset, order, row } = runsByLabel(blob.components);
  const values = new Float32Array(blob.area);
  let at = 0;
  for (let k = offset[blob.parts[0]]; k < offset[blob.parts[0] + 1]; k++) {
    const base = row[order[k]] * runs.width;
    for (let x = runs.start[order[k]]; x < runs.end[order[k]]; x++) values[at++] = scores[base + x];
  }
  return float32Mean(values);
}

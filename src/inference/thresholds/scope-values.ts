import { pixelCount } from '../../defects/labelling/runs.js';
import type { StageScores } from '../../defects/map-stages/stage-scores.js';

/** The values inside the scope, row by row. */
export function scopeValues({ data, scope }: StageScores): Float32Array {
  const values = new Float32Array(pixelCount(scope));
  let at = 0;
  for (let y = 0; y < scope.height; y++) {
    for (let i = scope.rowStart[y]; i < scope.rowStart[y + 1]; i++) {
      const row = data.subarray(y * scope.width + scope.start[i], y * scope.width + scope.end[i]);
      values.set(row, at);
      at += row.length;
    }
  }
  return values;
}

import { pixelCount } from '../../defects/labelling/runs.js';
import type { StageScores } from '../../defects/map-stages/stage-scores.js';
import type { Window } from '../../ops/crop-window.js';

/**
 * The values inside the scope, row by row.
 *
 * @param seen where the model looked; values outside say nothing about normal pictures. absent = everywhere
 */
export function scopeValues({ data, scope }: StageScores, seen?: Window): Float32Array {
  const values = new Float32Array(pixelCount(scope));
  let at = 0;
  const { top, left, height, width } = seen ?? { top: 0, left: 0, height: scope.height, width: scope.width };
  for (let y = top; y < top + height; y++) {
    for (let i = scope.rowStart[y]; i < scope.rowStart[y + 1]; i++) {
      const [start, end] = [Math.max(left, scope.start[i]), Math.min(left + width, scope.end[i])];
      if (start >= end) continue;
      values.set(data.subarray(y * scope.width + start, y * scope.width + end), at);
      at += end - start;
    }
  }
  return values.subarray(0, at);
}

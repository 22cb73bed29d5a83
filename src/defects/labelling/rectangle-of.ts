import { type Box } from '../region.js';
import { type Runs } from './runs.js';

/** The box of a mask that is one full rectangle, or null. */
export function rectangleOf({ count, height, rowStart, start, end }: Runs): Box | null {
  if (count === 0) return null;
  let top = 0;
  while (rowStart[top + 1] === 0) top++;
  // As many rows as runs, without a gap: one run a row; then all of them must be alike.
  if (top + count > height) return null;
  for (let i = 0; i < count; i++) {
    if (rowStart[top + i + 1] !== i + 1 || start[i] !== start[0] || end[i] !== end[0]) return null;
  }
  return [start[0], top, end[0] - 1, top + count - 1];
}

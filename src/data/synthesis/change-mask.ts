import { closeMask } from './spread-mask.js';

/** A change below this many grey levels is not part of a defect: the noise of the camera is 1 to 2. */
const CHANGED = 6;

/** Gaps of up to twice this many pixels, as where a missing thread ran below others, belong to the defect. */
const CLOSED = 3;

export interface Change {
  /** `size * size`, 1 where the defect shows. */
  readonly mask: Uint8Array;
  readonly area: number;
  /** The greatest change of a channel, in grey levels. */
  readonly peak: number;
}

/**
 * Where a defect shows: the same part under the same light, once with it and once without, differ. Small gaps
 * within it are closed.
 */
export function changeMask(good: Float32Array, bad: Float32Array, size: number): Change {
  const seen = new Uint8Array(size * size);
  let peak = 0;
  for (let i = 0; i < seen.length; i++) {
    let most = 0;
    for (let c = 0; c < 3; c++) most = Math.max(most, Math.abs(good[3 * i + c] - bad[3 * i + c]));
    if (most > CHANGED) seen[i] = 1;
    peak = Math.max(peak, most);
  }
  const mask = closeMask(seen, { height: size, width: size }, CLOSED);
  return { mask, area: mask.reduce((sum, value) => sum + value, 0), peak };
}

import { type Components } from '../labelling/components.js';
import { paintRun } from '../labelling/paint-run.js';

/** A byte mask with one pixel of background around it, so that a walk along a border needs no bounds: (x, y) is at `(y + 1) * stride + x + 1`. */
export interface PaintedMask {
  readonly bytes: Uint8Array;
  readonly stride: number;
}

const known = new WeakMap<Components, PaintedMask>();

/** The mask of all components; painted once for each `Components`. */
export function paintedMask(components: Components): PaintedMask {
  const cached = known.get(components);
  if (cached !== undefined) return cached;
  const { height, width, rowStart, start, end } = components.runs;
  const stride = width + 2;
  const bytes = new Uint8Array(stride * (height + 2));
  for (let y = 0; y < height; y++) {
    const row = (y + 1) * stride + 1;
    for (let i = rowStart[y]; i < rowStart[y + 1]; i++) paintRun(bytes, row + start[i], row + end[i]);
  }
  const mask = { bytes, stride };
  known.set(components, mask);
  return mask;
}

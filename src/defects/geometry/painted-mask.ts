import { bytesOfRuns } from '../labelling/bytes-of-runs.js';
import { type Components } from '../labelling/components.js';

const known = new WeakMap<Components, Uint8Array>();

/** The mask of all components as bytes; painted once for each `Components`. */
export function paintedMask(components: Components): Uint8Array {
  let mask = known.get(components);
  if (mask === undefined) known.set(components, (mask = bytesOfRuns(components.runs)));
  return mask;
}

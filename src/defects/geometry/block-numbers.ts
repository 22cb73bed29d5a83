import { type Components } from '../labelling/components.js';

const known = new WeakMap<Components, Int32Array>();

/**
 * The label that OpenCV gives every component, from 1: components are numbered by the first 2 x 2 block, in raster
 * order of blocks, that holds one of their pixels.
 */
export function blockNumbers(components: Components): Int32Array {
  const cached = known.get(components);
  if (cached !== undefined) return cached;
  const { count, runs, ofRun } = components;
  const blocksPerRow = (runs.width + 1) >> 1;
  const first = new Float64Array(count).fill(Infinity);
  for (let y = 0; y < runs.height; y++) {
    for (let i = runs.rowStart[y]; i < runs.rowStart[y + 1]; i++) {
      const block = (y >> 1) * blocksPerRow + (runs.start[i] >> 1);
      if (block < first[ofRun[i]]) first[ofRun[i]] = block;
    }
  }
  const byBlock = Int32Array.from(first.keys()).sort((a, b) => first[a] - first[b]);
  const numbers = new Int32Array(count);
  byBlock.forEach((label, rank) => (numbers[label] = rank + 1));
  known.set(components, numbers);
  return numbers;
}

import { type Size } from '../../src/config/size.js';

/** Connected components the slow and obvious way: labels from 1 in raster order of the first pixel, 0 for background. */
export function floodFill(
  mask: Uint8Array,
  { height, width }: Size,
  connectivity: 4 | 8,
): { count: number; labels: Int32Array } {
  const labels = new Int32Array(mask.length);
  const stack: number[] = [];
  let count = 0;
  for (let seed = 0; seed < mask.length; seed++) {
    if (mask[seed] === 0 || labels[seed] !== 0) continue;
    labels[seed] = ++count;
    stack.push(seed);
    while (stack.length > 0) {
      const p = stack.pop()!;
      const y = Math.floor(p / width);
      const x = p - y * width;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (connectivity === 4 && dx !== 0 && dy !== 0) continue;
          const [ny, nx] = [y + dy, x + dx];
          if (ny < 0 || nx < 0 || ny >= height || nx >= width) continue;
          const q = ny * width + nx;
          if (mask[q] === 0 || labels[q] !== 0) continue;
          labels[q] = count;
          stack.push(q);
        }
      }
    }
  }
  return { count, labels };
}

import type { Probe } from '../../config/weights-manifest.js';

/**
 * The picture of a probe, made by a formula, so that nothing has to be shipped.
 *
 * @returns `height * width * 3` values from 0 to 255, R, G and B of a pixel together
 */
export function probePicture({ kind, size: { height, width } }: Probe['input']): Float32Array {
  const values = new Float32Array(height * width * 3);
  for (let i = 0; i < values.length; i++) {
    if (kind === 'hash') {
      values[i] = hashOf(i) >>> 24;
      continue;
    }
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const [y, x] = [Math.floor(pixel / width) / height, (pixel % width) / width];
    values[i] = 255 * [x, y, (x + y) / 2][channel];
  }
  return values;
}

/** The finaliser of MurmurHash3 (Appleby) on multiples of the golden ratio: 32 bits that look random. */
function hashOf(i: number): number {
  let h = Math.imul(i + 1, 0x9e3779b9);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

import type { Size } from '../../config/size.js';

/** Gives `value` to every pixel that has it or touches it along an edge or a corner. */
export function spreadMask(mask: Uint8Array, { height, width }: Size, value: 0 | 1): Uint8Array {
  const out = mask.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] !== value) continue;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) out[ny * width + nx] = value;
      }
    }
  }
  return out;
}

/** Closes gaps of up to `2 * steps` pixels. */
export function closeMask(mask: Uint8Array, size: Size, steps: number): Uint8Array {
  let out = mask;
  for (let i = 0; i < steps; i++) out = spreadMask(out, size, 1);
  for (let i = 0; i < steps; i++) out = spreadMask(out, size, 0);
  return out;
}

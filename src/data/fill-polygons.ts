import type { Size } from '../config/size.js';

/**
 * Fills rings of pixel corners by the even-odd rule: a pixel is inside when a line from its centre to the left crosses an odd number
 * of edges. Holes are rings like any other.
 *
 * @returns 0 or 1, row by row
 */
export function fillPolygons(rings: readonly (readonly (readonly [number, number])[])[], size: Size): Uint8Array {
  const { height, width } = size;
  const flips = new Uint8Array(height * (width + 1));
  for (const ring of rings) {
    ring.forEach(([x1, y1], i) => {
      const [x2, y2] = ring[(i + 1) % ring.length];
      const [top, bottom] = [Math.min(y1, y2), Math.max(y1, y2)];
      const last = Math.min(height - 1, Math.ceil(bottom - 0.5) - 1);
      for (let y = Math.max(0, Math.ceil(top - 0.5)); y <= last; y++) {
        const x = x1 + ((y + 0.5 - y1) / (y2 - y1)) * (x2 - x1);
        flips[y * (width + 1) + Math.min(width, Math.max(0, Math.ceil(x - 0.5)))] ^= 1;
      }
    });
  }
  const data = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    let inside = 0;
    for (let x = 0; x < width; x++) data[y * width + x] = inside ^= flips[y * (width + 1) + x];
  }
  return data;
}

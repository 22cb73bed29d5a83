import type { Size } from '../../../config/size.js';

/** A change of a value (0..1) below which the solution stands still: a tenth of a level of 8 bits. */
const STILL = 4e-4;

/**
 * Seamless cloning (Perez, Gangnet, Blake, Poisson Image Editing, SIGGRAPH 2003): inside the region the gradients are those of `paint`, at its
 * rim the values are those of `base`. Nothing is moved. Solved by successive over-relaxation; beyond the edge of the picture there is
 * no neighbour.
 *
 * @param region 1 where values are sought
 * @param isMixed takes the stronger of both gradients, so that what lies below shines through
 * @returns `height * width * 3`; outside the region it is `base`
 */
export function solvePoisson(
  base: Float32Array,
  paint: Float32Array,
  region: Uint8Array,
  { height, width }: Size,
  isMixed = false,
): Float32Array {
  const out = base.slice();
  const pixels: number[] = [];
  region.forEach((inside, pixel) => inside === 1 && pixels.push(pixel));
  if (pixels.length === 0) return out;
  const around = pixels.map((pixel) => neighboursOf(pixel, height, width));
  const side = extent(pixels, width);
  const factor = 2 / (1 + Math.sin(Math.PI / (side + 1)));
  for (let c = 0; c < 3; c++) {
    const pull = pixels.map((pixel, i) => {
      let sum = 0;
      for (const other of around[i]) {
        const wanted = paint[3 * pixel + c] - paint[3 * other + c];
        const there = base[3 * pixel + c] - base[3 * other + c];
        sum += isMixed && Math.abs(there) > Math.abs(wanted) ? there : wanted;
      }
      return sum;
    });
    for (let round = 0; round < 20 * side + 50; round++) {
      let moved = 0;
      for (let i = 0; i < pixels.length; i++) {
        const at = 3 * pixels[i] + c;
        let sum = pull[i];
        for (const other of around[i]) sum += out[3 * other + c];
        const change = factor * (sum / around[i].length - out[at]);
        out[at] += change;
        moved = Math.max(moved, Math.abs(change));
      }
      if (moved < STILL / side) break;
    }
  }
  return out;
}

function neighboursOf(pixel: number, height: number, width: number): number[] {
  const [y, x] = [Math.floor(pixel / width), pixel % width];
  return [
    ...(y > 0 ? [pixel - width] : []),
    ...(x > 0 ? [pixel - 1] : []),
    ...(x < width - 1 ? [pixel + 1] : []),
    ...(y < height - 1 ? [pixel + width] : []),
  ];
}

/** The longer side of the box around the pixels. */
function extent(pixels: readonly number[], width: number): number {
  let [left, right] = [width, 0];
  for (const pixel of pixels) {
    left = Math.min(left, pixel % width);
    right = Math.max(right, pixel % width);
  }
  const rows = Math.floor(pixels[pixels.length - 1] / width) - Math.floor(pixels[0] / width) + 1;
  return Math.max(rows, right - left + 1);
}

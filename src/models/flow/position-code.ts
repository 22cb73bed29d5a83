/** The longest wave, in places, is about this times `2 pi`. */
const LONGEST = 1e4;

/**
 * Sines and cosines that tell every place of a grid from the others (Vaswani et al. 2017, in two dimensions as in CFLOW): the first half of
 * the values by column, the second by row, sine and cosine in turn, from short waves to long ones.
 *
 * @param width values of a place, a multiple of 4
 * @returns one place after the other, row by row
 */
export function positionCode(grid: { readonly height: number; readonly width: number }, width: number): Float32Array {
  const half = width / 2;
  const code = new Float32Array(grid.height * grid.width * width);
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      const start = (y * grid.width + x) * width;
      for (const [axis, at] of [x, y].entries()) {
        for (let k = 0; k < half; k += 2) {
          const phase = at * LONGEST ** (-k / half);
          code[start + axis * half + k] = Math.sin(phase);
          code[start + axis * half + k + 1] = Math.cos(phase);
        }
      }
    }
  }
  return code;
}

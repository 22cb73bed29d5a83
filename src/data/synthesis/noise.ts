/** Smooth random numbers in -1..1 over the plane (value noise: Perlin 1985, with a lattice of hashed values). */
export type Noise = (x: number, y: number) => number;

export function valueNoise(seed: number): Noise {
  const at = (ix: number, iy: number) => {
    let h = Math.imul(ix, 0x27d4eb2d) ^ Math.imul(iy, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 0x7fffffff - 1;
  };
  return (x, y) => {
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const fx = x - ix;
    const fy = y - iy;
    const sx = fx * fx * (3 - 2 * fx);
    const sy = fy * fy * (3 - 2 * fy);
    const top = at(ix, iy) * (1 - sx) + at(ix + 1, iy) * sx;
    const bottom = at(ix, iy + 1) * (1 - sx) + at(ix + 1, iy + 1) * sx;
    return top * (1 - sy) + bottom * sy;
  };
}

/** Several layers of noise, each of half the size and half the strength; about -1..1. */
export function fractal(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let weight = 0;
  for (let octave = 0, scale = 1, part = 1; octave < octaves; octave++, scale *= 2, part /= 2) {
    sum += part * noise(x * scale + 17.3 * octave, y * scale - 9.1 * octave);
    weight += part;
  }
  return sum / weight;
}

import type { Noise } from '../../ops/fractal-noise.js';

const BITS = 7;
const PERIOD = 2 ** BITS;
const LAST = PERIOD - 1;

/** Value noise (Perlin 1985): a lattice of random values, blended smoothly. It repeats itself after 128 steps. */
export function valueNoise(seed: number): Noise {
  const lattice = Float32Array.from({ length: PERIOD * PERIOD }, (_, i) => hashed(i, seed));
  return (x, y) => {
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const fx = x - ix;
    const fy = y - iy;
    const sx = fx * fx * (3 - 2 * fx);
    const sy = fy * fy * (3 - 2 * fy);
    const row = (iy & LAST) << BITS;
    const next = ((iy + 1) & LAST) << BITS;
    const left = ix & LAST;
    const right = (ix + 1) & LAST;
    const top = lattice[row | left] * (1 - sx) + lattice[row | right] * sx;
    const bottom = lattice[next | left] * (1 - sx) + lattice[next | right] * sx;
    return top * (1 - sy) + bottom * sy;
  };
}

/** A number in -1..1 that looks random (the mixer of MurmurHash3). */
function hashed(index: number, seed: number): number {
  let h = Math.imul(index, 0x27d4eb2d) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0x7fffffff - 1;
}

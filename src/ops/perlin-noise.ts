import type { Random } from '../runtime/random.js';
import type { Noise } from './fractal-noise.js';

const PERIOD = 256;
const LAST = PERIOD - 1;

/**
 * Gradient noise (Perlin, Improving Noise, SIGGRAPH 2002) with unit gradients of any direction, scaled to -1..1: zero at the points
 * of the lattice, with the fade curve `6t^5 - 15t^4 + 10t^3` between them. It repeats itself after 256 steps.
 *
 * @param random what the gradients are drawn from
 */
export function perlinNoise(random: Random): Noise {
  const order = random.shuffled(Array.from({ length: PERIOD }, (_, i) => i));
  const table = Uint8Array.from({ length: 2 * PERIOD }, (_, i) => order[i & LAST]);
  const gx = new Float64Array(PERIOD);
  const gy = new Float64Array(PERIOD);
  for (let i = 0; i < PERIOD; i++) {
    const angle = random.uniform(0, 2 * Math.PI);
    gx[i] = Math.SQRT2 * Math.cos(angle);
    gy[i] = Math.SQRT2 * Math.sin(angle);
  }
  return (x, y) => {
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const fx = x - ix;
    const fy = y - iy;
    const left = table[ix & LAST];
    const right = table[(ix + 1) & LAST];
    const row = iy & LAST;
    const next = (iy + 1) & LAST;
    const a = table[left + row];
    const b = table[right + row];
    const c = table[left + next];
    const d = table[right + next];
    const sx = fade(fx);
    const top = mix(gx[a] * fx + gy[a] * fy, gx[b] * (fx - 1) + gy[b] * fy, sx);
    const bottom = mix(gx[c] * fx + gy[c] * (fy - 1), gx[d] * (fx - 1) + gy[d] * (fy - 1), sx);
    return mix(top, bottom, fade(fy));
  };
}

const fade = (t: number) => t * t * t * (t * (6 * t - 15) + 10);
const mix = (from: number, to: number, part: number) => from + (to - from) * part;

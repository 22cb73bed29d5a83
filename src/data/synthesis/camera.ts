import type { Random } from '../../runtime/random.js';
import type { Surface } from './surface.js';

/** How a scene is lit, and how bright the shot is. */
export interface Lighting {
  readonly gain: number;
  /** The change of brightness from one side of the picture to the other. */
  readonly slopeX: number;
  readonly slopeY: number;
  /** How much darker the corners are. */
  readonly vignette: number;
}

/** The variation of a real station: lamps age, parts of the day differ, the fixture has play. */
export function someLighting(random: Random): Lighting {
  return {
    gain: random.uniform(0.93, 1.07),
    slopeX: random.uniform(-0.1, 0.1),
    slopeY: random.uniform(-0.1, 0.1),
    vignette: random.uniform(0.04, 0.1),
  };
}

/** The light that falls on each pixel of the sensor: `size * size * 3`, 0..255 and above, without noise. */
export function expose(surface: Surface, size: number, { gain, slopeX, slopeY, vignette }: Lighting): Float32Array {
  const pixels = blur(shrink(surface, size), size);
  for (let y = 0; y < size; y++) {
    const v = (y + 0.5) / size - 0.5;
    for (let x = 0; x < size; x++) {
      const u = (x + 0.5) / size - 0.5;
      const light = 255 * gain * (1 + slopeX * u + slopeY * v) * (1 - vignette * 2 * (u * u + v * v));
      for (let c = 0; c < 3; c++) pixels[(y * size + x) * 3 + c] *= light;
    }
  }
  return pixels;
}

/** Averages whole blocks of the surface. */
function shrink({ width: side, rgb }: Surface, size: number): Float32Array {
  const factor = side / size;
  const out = new Float32Array(size * size * 3);
  for (let y = 0; y < side; y++) {
    const row = Math.floor(y / factor) * size;
    for (let x = 0; x < side; x++) {
      const to = (row + Math.floor(x / factor)) * 3;
      const from = (y * side + x) * 3;
      for (let c = 0; c < 3; c++) out[to + c] += rgb[from + c];
    }
  }
  return out.map((value) => value / (factor * factor));
}

/** The softness of a lens: the weights 0.13, 0.74, 0.13 along rows and columns. */
function blur(pixels: Float32Array, size: number): Float32Array {
  let from = pixels;
  for (const step of [3, 3 * size]) {
    const to = new Float32Array(from.length);
    const count = step === 3 ? 3 : 3 * size;
    for (let i = 0; i < from.length; i++) {
      const column = step === 3 ? Math.floor(i / 3) % size : Math.floor(i / count);
      const before = column === 0 ? i : i - step;
      const after = column === size - 1 ? i : i + step;
      to[i] = 0.74 * from[i] + 0.13 * (from[before] + from[after]);
    }
    from = to;
  }
  return from;
}

/** Photon and read-out noise, then whole levels: what the camera delivers. */
export function develop(light: Float32Array, random: Random): Uint8Array {
  const normals = Float32Array.from({ length: 8192 }, () => random.normal());
  const out = new Uint8Array(light.length);
  let state = random.below(2 ** 31) | 1;
  for (let i = 0; i < out.length; i++) {
    // Numerical Recipes, "quick and dirty" generator: its high bits choose among true normal numbers.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const sigma = Math.sqrt(0.6 + 0.012 * Math.max(0, light[i]));
    out[i] = Math.min(255, Math.max(0, Math.round(light[i] + sigma * normals[state >>> 19])));
  }
  return out;
}

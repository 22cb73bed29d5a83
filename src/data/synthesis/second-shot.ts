import type { Random } from '../../runtime/random.js';
import type { Picture } from '../picture.js';
import { mixNeighbours, neighbours } from './bilinear.js';
import { valueNoise } from './value-noise.js';

/** The play of a station that takes the same part twice, in pixels of the picture and shares of its light. */
const SHIFT = 2;
const WARP = 1;
/** Pixels over which the warp changes its direction. */
const WARP_LENGTH = 96;
const LIGHT = 0.05;
/** Standard deviation of the camera's noise, as a share of the brightest level. */
const NOISE = 2 / 255;

/**
 * The same part, taken once more: moved by up to 2 pixels, warped smoothly by up to 1 pixel, in a light that differs by up to 5 %, with
 * camera noise of 2 in 255 levels. Drawn from `random` alone.
 */
export function secondShot(picture: Picture, random: Random): Picture {
  const { width, height, rgb } = picture;
  const most = rgb instanceof Uint16Array ? 65_535 : 255;
  const [down, right] = [random.uniform(-SHIFT, SHIFT), random.uniform(-SHIFT, SHIFT)];
  const gain = random.uniform(1 - LIGHT, 1 + LIGHT);
  const warpY = valueNoise(random.below(2 ** 30));
  const warpX = valueNoise(random.below(2 ** 30));
  const noise = Float32Array.from({ length: 4096 }, () => NOISE * most * random.normal());
  const out = rgb instanceof Uint16Array ? new Uint16Array(rgb.length) : new Uint8Array(rgb.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / WARP_LENGTH, y / WARP_LENGTH];
      const from = neighbours(picture, y - down - WARP * warpY(u, v), x - right - WARP * warpX(u, v));
      for (let c = 0; c < 3; c++) {
        const value = gain * mixNeighbours(rgb, from, c) + noise[random.below(noise.length)];
        out[(y * width + x) * 3 + c] = Math.min(most, Math.max(0, Math.round(value)));
      }
    }
  }
  return { ...picture, rgb: out };
}

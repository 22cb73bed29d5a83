import type { Random } from '../runtime/random.js';
import { fractal } from './fractal-noise.js';
import { perlinNoise } from './perlin-noise.js';

type Pattern = (x: number, y: number) => number;

/**
 * A made-up texture in two random colours: stripes, checks, dots, clouds, marble or grain, at a random angle and scale. It stands in for the
 * pictures of textures from which other systems take their anomalies.
 *
 * @returns `height * width * 3` in C order, R G B from 0 to 1
 */
export function proceduralTexture(random: Random, height: number, width: number): Float32Array {
  const side = Math.max(8, Math.min(height, width));
  const period = side * Math.exp(random.uniform(Math.log(1 / 32), Math.log(1 / 4)));
  const angle = random.uniform(0, Math.PI);
  const [cos, sin] = [Math.cos(angle) / period, Math.sin(angle) / period];
  const pattern = somePattern(random);
  const [dark, light] = [0, 1].map(() => [random.uniform(), random.uniform(), random.uniform()]);
  const out = new Float32Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const t = Math.min(1, Math.max(0, 0.5 + 0.5 * pattern(x * cos + y * sin, y * cos - x * sin)));
      const at = 3 * (y * width + x);
      for (let c = 0; c < 3; c++) out[at + c] = dark[c] + (light[c] - dark[c]) * t;
    }
  }
  return out;
}

/** A pattern in -1..1 of about one period a step. */
function somePattern(random: Random): Pattern {
  const noise = perlinNoise(random);
  const wave = (v: number) => Math.sin(2 * Math.PI * v);
  const sharp = (v: number) => Math.max(-1, Math.min(1, 4 * v));
  const patterns: Pattern[] = [
    (x) => sharp(wave(x)),
    (x, y) => wave(x + 0.6 * noise(x, y)),
    (x, y) => sharp(wave(x) * wave(y)),
    (x, y) => sharp(wave(x) + wave(y) - 0.8),
    (x, y) => 1.6 * fractal(noise, x, y, 4),
    (x, y) => wave(0.5 * x + 2 * fractal(noise, x, y, 3)),
    (x, y) => 1.4 * noise(6 * x, 6 * y),
  ];
  return patterns[random.below(patterns.length)];
}

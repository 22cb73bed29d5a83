import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../../src/data/encode.js';
import { valueNoise } from '../../../src/data/synthesis/value-noise.js';
import { fractal } from '../../../src/ops/fractal-noise.js';

/** Writes a square grey picture of a cloudy surface as an RGB PNG; gives its path. */
export async function writePicture(dir: string, side: number, seed: number): Promise<string> {
  const noise = valueNoise(seed);
  const data = new Uint8Array(3 * side * side);
  for (let p = 0; p < side * side; p++) {
    const [y, x] = [Math.floor(p / side), p % side];
    const level = 128 + 80 * fractal(noise, (24 * x) / side, (24 * y) / side, 4) + ((x * 7 + y * 13 + seed) % 5);
    data.fill(level, 3 * p, 3 * p + 3);
  }
  const path = join(dir, `${String(seed).padStart(3, '0')}.png`);
  writeFileSync(path, await encodePng({ width: side, height: side, channels: 3, data }));
  return path;
}

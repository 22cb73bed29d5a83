import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InputRule } from '../../config/input-rule.js';
import type { Size } from '../../config/size.js';
import { encodePng } from '../../data/encode.js';
import { valueNoise } from '../../data/synthesis/value-noise.js';
import { fractal } from '../../ops/fractal-noise.js';

/** Where a rule keeps the scale of the picture, nothing says how large pictures are: the long side of one of the model's inputs. */
const SCALED_SIDE = 512;

/** Pixels of the coarsest spots. */
const SPOT = 24;

/**
 * Writes pictures of a cloudy surface, as large as the model's input, as PNG files.
 *
 * @param dir a folder that is there
 * @returns their paths
 */
export async function makePictures(dir: string, rule: InputRule, count: number): Promise<string[]> {
  const size = pictureSize(rule);
  const paths: string[] = [];
  for (let i = 0; i < count; i++) {
    const path = join(dir, `${String(i).padStart(4, '0')}.png`);
    await writeFile(path, await encodePng({ ...size, channels: 3, data: surface(size, i) }));
    paths.push(path);
  }
  return paths;
}

/** The size of a picture that the rule neither enlarges nor shrinks. */
function pictureSize({ resize }: InputRule): Size {
  switch (resize.mode) {
    case 'stretch':
      return resize.size;
    case 'short_side':
      return { height: resize.pixels, width: resize.pixels };
    case 'scale': {
      const side = Math.round(SCALED_SIDE / resize.factor);
      return { height: side, width: side };
    }
  }
}

function surface({ height, width }: Size, seed: number): Uint8Array {
  const noise = valueNoise(seed);
  const rgb = new Uint8Array(height * width * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const level = 128 + 90 * fractal(noise, x / SPOT, y / SPOT, 3);
      for (let c = 0; c < 3; c++) rgb[at++] = level + 8 * c;
    }
  }
  return rgb;
}

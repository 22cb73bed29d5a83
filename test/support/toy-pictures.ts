import type { Picture, PictureSource } from '../../src/data/picture.js';
import { Random } from '../../src/runtime/random.js';

export interface ToyOptions {
  readonly width?: number;
  readonly height?: number;
  /** Plants a bright square of this side at (20, 12). */
  readonly defect?: number;
  readonly name?: string;
}

/** A small textured part: stripes, a disc, a little noise; the seed moves the noise and the light. */
export function toyPicture(seed: number, options: ToyOptions = {}): Picture {
  const { width = 64, height = 48, defect = 0, name = `toy-${seed}` } = options;
  const random = new Random(seed);
  const light = random.uniform(-4, 4);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const stripes = 20 * Math.sin((2 * Math.PI * x) / 8);
      const disc = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 4) ** 2 ? 40 : 0;
      const planted = x >= 20 && x < 20 + defect && y >= 12 && y < 12 + defect ? 70 : 0;
      for (let c = 0; c < 3; c++) {
        const value = 100 + 10 * c + stripes + disc + planted + light + 2 * random.normal();
        rgb[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return { width, height, rgb, source: name };
}

/** A source that gives a picture that is already there. */
export function sourceOf(picture: Picture): PictureSource {
  return { name: picture.source, decode: async () => picture };
}

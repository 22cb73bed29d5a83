import type { Picture, PictureSource } from '../../data/picture.js';
import type { References } from '../../data/references.js';
import { secondShot } from '../../data/synthesis/second-shot.js';
import { Random } from '../../runtime/random.js';

/**
 * Calibration pictures for a model that compares with references. A picture that is its own reference shows no difference at all, and a
 * threshold read from it would be 0: a simulated second shot stands in for it.
 *
 * @param onSimulated is told of every picture that was replaced
 */
export function secondShots(
  sources: readonly PictureSource[],
  references: References,
  { seed, onSimulated }: { seed: number; onSimulated: (name: string) => void },
): PictureSource[] {
  return sources.map(({ name, decode }) => ({
    name,
    decode: async () => {
      const picture = await decode();
      if (!samePixels(picture, await references.of(picture))) return picture;
      onSimulated(name);
      return secondShot(picture, new Random(seed).fork(`second shot of ${name}`));
    },
  }));
}

function samePixels(a: Picture, b: Picture): boolean {
  return a.rgb.length === b.rgb.length && a.rgb.every((value, i) => value === b.rgb[i]);
}

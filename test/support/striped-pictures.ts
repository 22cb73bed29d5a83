import type { Batch, FitSource } from '../../src/models/detector.js';
import { Random } from '../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../src/runtime/tf.js';

export interface StripedOptions {
  readonly height?: number;
  readonly width?: number;
  /** A dark square of this side, or 0. */
  readonly defect?: number;
  /** Where its upper left corner lies. */
  readonly at?: readonly [y: number, x: number];
}

/** A striped texture with noise: `[height, width, 3]` values of 0..255. */
export function stripedPicture(
  seed: number,
  { height = 64, width = 96, defect = 0, at = [40, 56] }: StripedOptions = {},
): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: height * width * 3 }, (_, i) => {
    const [y, x] = [Math.floor(i / 3 / width) - at[0], (Math.floor(i / 3) % width) - at[1]];
    const inside = y >= 0 && y < defect && x >= 0 && x < defect;
    const stripes = Math.sin((2 * Math.PI * (x + y + at[0] + at[1])) / 12);
    return inside ? 20 : 128 + 60 * stripes + 4 * random.normal();
  });
}

/** Pictures of one size as a batch, owned by the caller. */
export function batchOf(pictures: readonly Float32Array[], height = 64, width = 96): Batch {
  const pixels = tf.tidy(() => tf.stack(pictures.map((p) => tf.tensor3d(p, [height, width, 3]))) as Tensor4D);
  return {
    pixels,
    sources: pictures.map((_, i) => `${i}.png`),
    sizes: pictures.map(() => ({ height, width })),
  };
}

/** A source of pictures of one size. */
export function sourceOfArrays(pictures: readonly Float32Array[], batchSize = 2, height = 64, width = 96): FitSource {
  return {
    count: pictures.length,
    async *batches() {
      for (let i = 0; i < pictures.length; i += batchSize) {
        yield batchOf(pictures.slice(i, i + batchSize), height, width);
      }
    },
  };
}

/** So many good pictures, with seeds from `first` on. */
export function goodPictures(count: number, first = 0): Float32Array[] {
  return Array.from({ length: count }, (_, i) => stripedPicture(first + i));
}

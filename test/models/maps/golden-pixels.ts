import type { Batch, FitSource } from '../../../src/models/detector.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { goldenMaps, type GoldenCase } from '../../golden/maps/fixture.js';

const ORIGINAL = { height: 48, width: 64 };

/** The 8-bit pictures that the Python system gave its model in a reference case: 9 to train on, then 6 to test. */
function pixelsOf({ images, kwargs }: GoldenCase): { shape: [number, number, number]; data: Uint8Array } {
  const [height, width] = kwargs.resize_hw as [number, number];
  const same = height === ORIGINAL.height && width === ORIGINAL.width;
  if (images === 'rgb' && kwargs.color === 'rgb')
    return { shape: [48, 64, 3], data: goldenMaps.stack('images_rgb.npy').data };
  const gray =
    images === 'rgb'
      ? 'images_rgb_imread_gray.npy'
      : same
        ? 'images_gray.npy'
        : `images_gray_area_${height}x${width}.npy`;
  return { shape: [height, width, 1], data: goldenMaps.stack(gray).data };
}

/** Pictures `from` to `end` as one batch; the caller disposes its pixels. */
export function batchOf(golden: GoldenCase, from: number, end: number): Batch {
  const { shape, data } = pixelsOf(golden);
  const length = shape[0] * shape[1] * shape[2];
  const values = Float32Array.from(data.subarray(from * length, end * length));
  const names = Array.from({ length: end - from }, (_, i) => `picture ${from + i}`);
  const pixels = tf.tensor4d(values, [end - from, ...shape]);
  return { pixels, sources: names, sizes: names.map(() => ORIGINAL) };
}

/** The 9 training pictures, in batches. */
export function trainingSource(golden: GoldenCase, batchSize: number): FitSource {
  return {
    count: 9,
    async *batches() {
      for (let at = 0; at < 9; at += batchSize) yield batchOf(golden, at, Math.min(9, at + batchSize));
    },
  };
}

/** Disposes what a batch holds. */
export function free(...batches: { pixels: Tensor4D }[]): void {
  batches.forEach(({ pixels }) => pixels.dispose());
}

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch } from '../../src/models/detector.js';
import { tf, type Tensor4D } from '../../src/runtime/tf.js';
import { readNpy } from './npy.js';
import { pilResize } from './pil-resize.js';

const golden = join(import.meta.dirname, '../golden');

/** A manifest entry for a checkpoint, in a folder of its own. */
export function torchManifest(dir: string, file: string, change: object = {}): string {
  const bytes = readFileSync(file);
  const entry = {
    schema_version: 1,
    id: 'golden',
    arch: 'resnet18',
    tag: 'random',
    format: 'safetensors',
    naming: 'torchvision',
    files: [
      { path: file.split('/').pop(), sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length },
    ],
    input: { size: { height: 224, width: 224 }, crop_pct: 1, interpolation: 'bilinear', antialias: true },
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    license: 'none',
    origin: 'random values',
    ...change,
  };
  const folder = join(dir, 'manifest');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'golden.json'), JSON.stringify(entry));
  return folder;
}

/** A picture of the reference data as the Python system sees it: resized by Pillow. */
function pictureAt(index: number, side = 224): Float32Array {
  const { data, shape } = readNpy(join(golden, 'maps/images_rgb.npy'));
  const [, height, width] = shape;
  const pixels = (data as Uint8Array).slice(index * height * width * 3, (index + 1) * height * width * 3);
  return Float32Array.from(pilResize({ width, height, data: pixels }, { width: side, height: side }).data);
}

/** Pictures of the reference data: 0 to 8 are to learn, 9 to 14 to score. */
export function goldenBatch(indices: readonly number[], side = 224): Batch {
  const pixels = tf.tidy(
    () => tf.stack(indices.map((i) => tf.tensor3d(pictureAt(i, side), [side, side, 3]))) as Tensor4D,
  );
  return { pixels, sources: indices.map(String), sizes: indices.map(() => ({ height: side, width: side })) };
}

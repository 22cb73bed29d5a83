import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WeightsEntry } from '../../config/weights-manifest.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import { saveTensors, type NamedTensor } from '../../models/tensor-file.js';
import { tf, type Tensor } from '../../runtime/tf.js';

const FILE = 'backbone.safetensors';

/** A backbone that was learned, as its checkpoint holds it. */
export interface LearnedBackbone {
  /** Among the architectures. */
  readonly arch: string;
  /** Of pixels of 0..255: the network sees `(scale x - mean) / std`. */
  readonly scale: number;
  readonly mean: number;
  readonly std: number;
  /** Both sides of what it sees are multiples of this. */
  readonly multiple: number;
  /** Under torch's names, in tfjs layout. */
  readonly values: Readonly<Record<string, Tensor>>;
}

/** What made a backbone, for its manifest entry. */
export interface Provenance {
  readonly pretext: string;
  readonly pictures: number;
  readonly side: { readonly height: number; readonly width: number };
}

/**
 * Writes a learned backbone as a weights folder: the checkpoint, with torch's names and layout, and its manifest entry. The id follows
 * from the file's content.
 *
 * @param dir the folder, made here; `--weights DIR` finds the backbone in it
 * @param learned borrowed
 * @returns the id
 */
export async function writeBackbone(
  dir: string,
  { arch, scale, mean, std, multiple, values }: LearnedBackbone,
  { pretext, pictures, side }: Provenance,
): Promise<string> {
  const tensors: Record<string, NamedTensor> = {};
  for (const [name, value] of Object.entries(values)) tensors[name] = await asTorch(value);
  await mkdir(join(dir, 'manifest'), { recursive: true });
  const path = join(dir, FILE);
  await saveTensors(path, tensors);
  const bytes = await readFile(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const id = `${arch}.${pretext}-${sha256.slice(0, 12)}`;
  const three = (value: number) => [value, value, value];
  const entry = WeightsEntry.encode({
    schema_version: 1,
    id,
    arch,
    tag: pretext,
    format: 'safetensors',
    files: [{ path: FILE, sha256, bytes: bytes.length }],
    naming: 'torchvision',
    input: { size: { ...side }, crop_pct: 1, interpolation: 'bilinear', antialias: true, multiple },
    scale,
    mean: three(mean),
    std: three(std),
    taps: [],
    license: 'made from pictures of your own: no terms of others',
    origin: `imgano train --recipe pretrain-backbone, pretext ${pretext}, ${pictures} pictures`,
    notes: 'Learned from good pictures of one kind of part; of little use for others.',
  });
  await writeFile(join(dir, 'manifest', `${id}.json`), `${canonicalJson(entry, 2)}\n`);
  return id;
}

/** `[h, w, from, to]` becomes `[to, from, h, w]`. */
async function asTorch(value: Tensor): Promise<NamedTensor> {
  const turned = value.rank === 4 ? tf.transpose(value, [3, 2, 0, 1]) : value.clone();
  const data = Float32Array.from(await turned.data());
  turned.dispose();
  return { shape: turned.shape, data };
}

import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WeightsEntry } from '../../config/weights-manifest.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import type { Module, Values } from '../../models/nets/module.js';
import { saveTensors, type NamedTensor } from '../../models/tensor-file.js';
import { tf, type Tensor } from '../../runtime/tf.js';
import { ARCH, MEAN, STD } from './trained-backbone.js';

const FILE = 'backbone.safetensors';

/** What made a backbone, for its manifest entry. */
export interface Provenance {
  readonly pretext: string;
  readonly pictures: number;
  readonly side: { readonly height: number; readonly width: number };
}

/**
 * Writes a trained backbone as a weights folder: the checkpoint, with torch's names and layout, and its manifest entry. The id follows
 * from the file's content.
 *
 * @param dir the folder, made here; `--weights DIR` finds the backbone in it
 * @param modules of the backbone; other values are left out
 * @returns the id
 */
export async function writeBackbone(
  dir: string,
  modules: readonly Module[],
  values: Values,
  { pretext, pictures, side }: Provenance,
): Promise<string> {
  const names = modules.flatMap((module) => [...module.trained, ...module.statistics]).map(({ name }) => name);
  const tensors: Record<string, NamedTensor> = {};
  for (const name of names) tensors[name] = await asTorch(values[name]);
  await mkdir(join(dir, 'manifest'), { recursive: true });
  const path = join(dir, FILE);
  await saveTensors(path, tensors);
  const bytes = await readFile(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const id = `${ARCH}.${pretext}-${sha256.slice(0, 12)}`;
  const three = (value: number) => [value, value, value];
  const entry = WeightsEntry.encode({
    schema_version: 1,
    id,
    arch: ARCH,
    tag: pretext,
    format: 'safetensors',
    files: [{ path: FILE, sha256, bytes: bytes.length }],
    naming: 'torchvision',
    input: { size: { ...side }, crop_pct: 1, interpolation: 'bilinear', antialias: true, multiple: 16 },
    scale: 1 / 255,
    mean: three(MEAN),
    std: three(STD),
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

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../src/config/codec.js';
import { prepare } from '../../src/inference/prepare.js';
import type { Detector } from '../../src/models/detector.js';
import { MODELS } from '../../src/models/registry.js';
import { openWeightsStore } from '../../src/models/weights-store.js';
import { tf } from '../../src/runtime/tf.js';
import { toyPicture } from '../../test/support/toy-pictures.js';

const stretched = { resize: { mode: 'stretch', size: { height: 96, width: 128 } } };

/** Small models: their names, and what is not the default. The last one is trained. */
export const STORED: Readonly<Record<string, Record<string, unknown>>> = {
  vision_patchcore: { ...stretched, max_bank: 200 },
  vision_padim: { ...stretched, d: 16 },
  vision_stfpm: {
    backbone: { name: 'filterbank', stride: 4, levels: 2 },
    ...{ resize: { mode: 'stretch', size: { height: 48, width: 64 } }, student_width: 4 },
    training: { epochs: 2, batch_size: 2, lr: 0.2 },
  },
};

/** Scores and maps of three pictures, the last one with a defect. */
export interface ModelValues {
  readonly scores: number[];
  readonly maps: number[];
}

async function make(name: string): Promise<Detector> {
  const spec = MODELS.find((one) => one.name === name)!;
  return spec.create(decode(spec.params, STORED[name], name), { weights: openWeightsStore() });
}

/** Fits a model and keeps it. */
export async function store(name: string, root: string, fit: (detector: Detector) => Promise<void>): Promise<void> {
  const detector = await make(name);
  await fit(detector);
  mkdirSync(join(root, name), { recursive: true });
  await detector.save(join(root, name));
  detector.dispose();
}

/** What a stored model says on the current backend. */
export async function valuesOfModel(name: string, root: string): Promise<ModelValues> {
  const detector = await make(name);
  await detector.load(join(root, name));
  const pictures = [toyPicture(100), toyPicture(101), toyPicture(102, { defect: 14 })];
  const scores: number[] = [];
  const maps: number[] = [];
  for (const picture of pictures) {
    const pixels = prepare(picture, detector.input);
    const scored = await detector.score({ pixels, sources: [picture.source], sizes: [picture] });
    scores.push(...(await scored.scores.data()));
    if (scored.maps !== null) for (const value of await scored.maps.data()) maps.push(value);
    tf.dispose([pixels, scored.scores, ...(scored.maps === null ? [] : [scored.maps])]);
  }
  detector.dispose();
  return { scores, maps };
}

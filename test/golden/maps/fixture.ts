import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpy } from '../../support/npy.js';

const folder = import.meta.dirname;

/** One run of a model in the Python system. */
export interface GoldenCase {
  readonly name: string;
  readonly model: string;
  readonly images: 'gray' | 'rgb';
  readonly kwargs: Record<string, unknown>;
  readonly train_scores: readonly number[];
  array(file: string): { shape: number[]; data: Float32Array };
}

/** The reference data of this folder. */
export const goldenMaps = {
  folder,

  /** An 8-bit picture, row by row; `pil` has only `input`. */
  picture(kind: 'gray' | 'rgb' | 'pil', name: string): Uint8Array {
    if (kind === 'pil') return readNpy(join(folder, 'pil', `${name}.npy`)).data as Uint8Array;
    const { shape, data } = readNpy(join(folder, `images_${kind}.npy`));
    const [set, number] = name.split('_');
    const index = Number(number) + (set === 'test' ? 9 : 0);
    const length = shape.slice(1).reduce((a, b) => a * b);
    return (data as Uint8Array).slice(index * length, (index + 1) * length);
  },

  /** All 15 pictures of a file, the 9 for training first. */
  stack(file: string): { shape: number[]; data: Uint8Array } {
    return readNpy(join(folder, file)) as { shape: number[]; data: Uint8Array };
  },

  cases(model: string): GoldenCase[] {
    const names = readdirSync(join(folder, 'cases')).filter((name) => name.startsWith(`${model}__`));
    return names.map((name) => ({
      name,
      ...(JSON.parse(readFileSync(join(folder, 'cases', name, 'params.json'), 'utf8')) as Omit<GoldenCase, 'name' | 'array'>),
      array: (file) => {
        const { shape, data } = readNpy(join(folder, 'cases', name, file));
        return { shape, data: Float32Array.from(data as Float32Array) };
      },
    }));
  },
};

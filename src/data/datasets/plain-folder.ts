import { basename, resolve } from 'node:path';
import { listPictures } from '../list-pictures.js';
import { pictureSource } from '../picture-source.js';
import type { DatasetItem, DatasetOptions } from './item.js';

/** Reads a folder of good pictures, with everything below it: all are there to be learned. */
export async function readPlainFolder(path: string, options: DatasetOptions): Promise<DatasetItem[]> {
  const category = basename(resolve(path));
  const pictures = await listPictures(path);
  return pictures.map((picture) => ({
    source: pictureSource(picture, options),
    split: 'train',
    label: 0,
    defect: 'good',
    maskPath: null,
    group: null,
    category,
  }));
}

import { stat } from 'node:fs/promises';
import { extname, relative, sep } from 'node:path';
import { datasetError } from '../dataset-error.js';
import { listPictures } from '../list-pictures.js';

/**
 * The masks of a folder by the key of their picture; none where there is no such folder.
 *
 * @throws DataError when a picture has two masks
 */
export async function masksBelow(folder: string): Promise<Map<string, string>> {
  const masks = new Map<string, string>();
  if ((await stat(folder).catch(() => null)) === null) return masks;
  for (const path of await listPictures(folder)) {
    const key = keyOf(folder, path).replace(/_mask$/, '');
    const other = masks.get(key);
    if (other !== undefined) {
      const message = `${path}: ${other} is a mask of the same picture; keep one of them`;
      throw datasetError('CUSTOM_DATASET_INVALID_STRUCTURE', message, { mask: path });
    }
    masks.set(key, path);
  }
  return masks;
}

/** What a picture below a folder and its mask have in common. */
export function keyOf(folder: string, path: string): string {
  const below = relative(folder, path);
  return below.slice(0, below.length - extname(below).length).replaceAll(sep, '/');
}

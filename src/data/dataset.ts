import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { datasetError } from './dataset-error.js';
import { NORMAL_FOLDERS, readFolderLayout } from './datasets/folder-layout.js';
import type { DatasetItem, DatasetOptions } from './datasets/item.js';
import { readManifest } from './datasets/manifest.js';
import { readPlainFolder } from './datasets/plain-folder.js';
import { fileTrouble } from './file-trouble.js';
import { listFolders } from './list-folders.js';

export type { DatasetItem, DatasetOptions };

/** The code of folders that are no data set. */
const INVALID = 'CUSTOM_DATASET_INVALID_STRUCTURE';

const looked =
  'a manifest (*.jsonl), the layout of MVTec AD (train/good, test/*, ground_truth/*), a folder of such categories, ' +
  'a folder with manifest.jsonl, or a folder of good pictures';

/**
 * Opens a data set, whose kind is seen from what lies there: a manifest, one category or several in the layout of MVTec AD, or
 * a folder of good pictures.
 *
 * @throws DataError when nothing of that is there; the sentence says what was looked for
 */
export async function openDataset(path: string, options: DatasetOptions = {}): Promise<DatasetItem[]> {
  const found = await stat(path).catch((error: unknown) => {
    const code = path.toLowerCase().endsWith('.jsonl') ? 'MANIFEST_NOT_FOUND' : 'DATASET_ROOT_MISSING';
    const message = `${path}: the data set cannot be opened, because ${fileTrouble(error)}`;
    throw datasetError(code, message, { root: path }, error);
  });
  if (!found.isDirectory()) {
    if (path.toLowerCase().endsWith('.jsonl')) return readManifest(path, options);
    throw datasetError(INVALID, `${path}: not a data set; looked for ${looked}`, { root: path });
  }
  const items = await readFolder(path, options);
  if (items.length === 0) {
    throw datasetError(INVALID, `${path}: the data set holds no picture; looked for ${looked}`, { root: path });
  }
  return items;
}

async function readFolder(path: string, options: DatasetOptions): Promise<DatasetItem[]> {
  if (await isCategory(path)) return readFolderLayout(path, options);
  const folders = await listFolders(path);
  const categories: string[] = [];
  for (const name of folders) if (await isCategory(join(path, name))) categories.push(join(path, name));
  if (categories.length > 0) {
    const items: DatasetItem[] = [];
    for (const category of categories) items.push(...(await readFolderLayout(category, options)));
    return items;
  }
  const manifest = join(path, 'manifest.jsonl');
  if ((await stat(manifest).catch(() => null)) !== null) return readManifest(manifest, options);
  // Reading these as good pictures would teach the model its defects.
  const telling = folders.find((name) => ['train', 'test', 'ground_truth'].includes(name));
  if (telling !== undefined) {
    throw datasetError(
      INVALID,
      `${path}: has a folder "${telling}", but no good pictures in train/{${NORMAL_FOLDERS.join(',')}}; looked for ${looked}`,
      { root: path },
    );
  }
  const good = folders.find((name) => NORMAL_FOLDERS.includes(name.toLowerCase()));
  if (good !== undefined && folders.length > 1) {
    throw datasetError(
      INVALID,
      `${path}: has the folders ${folders.join(', ')} side by side, so that good pictures cannot be told from others; ` +
        `name ${join(path, good)}, or lay them out as train/good and test/*`,
      { root: path },
    );
  }
  return readPlainFolder(path, options);
}

async function isCategory(path: string): Promise<boolean> {
  const kinds = await listFolders(join(path, 'train'));
  return kinds.some((kind) => NORMAL_FOLDERS.includes(kind.toLowerCase()));
}

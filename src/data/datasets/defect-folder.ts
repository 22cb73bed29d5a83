import { basename, join, resolve } from 'node:path';
import { DataError } from '../../errors.js';
import { listFolders } from '../list-folders.js';
import { listPictures } from '../list-pictures.js';
import { pictureSource } from '../picture-source.js';
import { NORMAL_FOLDERS } from './folder-layout.js';
import type { DatasetItem, DatasetOptions } from './item.js';
import { keyOf, masksBelow } from './masks-below.js';

const MASKS = 'ground_truth';
/** Folders of a whole data set, whose test pictures are not there to be learned. */
const OF_A_SET = ['train', 'test', 'validation', 'val'];

/**
 * Reads labelled defects to learn from: `KIND/NAME.*` with the masks `ground_truth/KIND/NAME_mask.*`, which may be missing.
 *
 * @throws DataError when there is none, or there are good pictures or a whole data set among them
 */
export async function readDefectFolder(path: string, options: DatasetOptions = {}): Promise<DatasetItem[]> {
  const folders = await listFolders(path);
  const wrong = folders.find((name) => OF_A_SET.includes(name) || NORMAL_FOLDERS.includes(name.toLowerCase()));
  if (wrong !== undefined) {
    throw new DataError(
      `${path}: expected one folder a kind of defect, and ${MASKS} with their masks, but there is a folder "${wrong}"; ` +
        'lay the defects to learn from into a folder of their own, away from test pictures',
    );
  }
  const category = basename(resolve(path));
  const items: DatasetItem[] = [];
  for (const defect of folders.filter((name) => name !== MASKS)) {
    const pictures = join(path, defect);
    const masks = await masksBelow(join(path, MASKS, defect));
    for (const picture of await listPictures(pictures)) {
      const maskPath = masks.get(keyOf(pictures, picture)) ?? null;
      items.push({
        source: pictureSource(picture, options),
        ...{ split: 'train', label: 1, defect, maskPath, group: null, category },
      });
    }
  }
  if (items.length > 0) return items;
  throw new DataError(`${path}: holds no defective picture; lay them into one folder a kind of defect, KIND/NAME.png`);
}

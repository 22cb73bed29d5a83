import { basename, join, resolve } from 'node:path';
import { codePointOrder } from '../code-point-order.js';
import { datasetError } from '../dataset-error.js';
import { listFolders } from '../list-folders.js';
import { listPictures } from '../list-pictures.js';
import { pictureSource } from '../picture-source.js';
import type { DatasetItem, DatasetOptions } from './item.js';
import { keyOf, masksBelow } from './masks-below.js';

/** What the folder of good pictures is called: MVTec AD, the `custom` layout, BTAD. */
export const NORMAL_FOLDERS: readonly string[] = ['good', 'normal', 'ok'];

const splits: Readonly<Record<string, DatasetItem['split']>> = {
  train: 'train',
  validation: 'val',
  val: 'val',
  test: 'test',
};

/**
 * Reads one category in the layout of MVTec AD (Bergmann et al., 2019): `train/good`, `test/good`, `test/DEFECT`,
 * `ground_truth/DEFECT/NAME_mask.*`, and `validation/good` where there is one. Good pictures may lie in `normal` or `ok`, and a
 * mask may be called as its picture.
 *
 * @throws DataError when there are defects where good pictures belong, or two masks for one picture
 */
export async function readFolderLayout(path: string, options: DatasetOptions): Promise<DatasetItem[]> {
  const category = basename(resolve(path));
  const items: DatasetItem[] = [];
  for (const [folder, split] of Object.entries(splits)) {
    const found: DatasetItem[] = [];
    for (const kind of await listFolders(join(path, folder))) {
      const label = NORMAL_FOLDERS.includes(kind.toLowerCase()) ? 0 : 1;
      if (label === 1 && split !== 'test') {
        throw datasetError(
          'CUSTOM_DATASET_INVALID_STRUCTURE',
          `${join(path, folder, kind)}: expected only good pictures (${NORMAL_FOLDERS.join(', ')}) in ${folder}; ` +
            `move defects to test/${kind}`,
          { root: path },
        );
      }
      const masks = label === 1 ? await masksBelow(join(path, 'ground_truth', kind)) : new Map<string, string>();
      const pictures = join(path, folder, kind);
      for (const picture of await listPictures(pictures)) {
        const maskPath = masks.get(keyOf(pictures, picture)) ?? null;
        const defect = label === 1 ? kind : 'good';
        found.push({ source: pictureSource(picture, options), split, label, defect, maskPath, group: null, category });
      }
    }
    // As the folder itself is walked where it is named as an input.
    items.push(...found.sort((a, b) => codePointOrder(a.source.name, b.source.name)));
  }
  return items;
}

import { suggestion } from '../../config/codec.js';
import type { RunConfig } from '../../config/run-config.js';
import { openDataset, type DatasetItem } from '../../data/dataset.js';
import { datasetError } from '../../data/dataset-error.js';
import type { PictureSource } from '../../data/picture.js';
import { holdOut } from './hold-out.js';

/** Good pictures to fit on, good pictures for the thresholds, and where the latter come from. */
export interface SplitPictures {
  readonly fit: PictureSource[];
  readonly calibration: PictureSource[];
  readonly split: 'held_out' | 'val';
  /** Test pictures, good and bad; the run is only evaluated on them. */
  readonly test: readonly DatasetItem[];
  /** Training pictures that are labelled as defective. */
  readonly defective: readonly DatasetItem[];
}

/**
 * Splits the good pictures of a data set: those of its `val` split are for the thresholds, or a share of the training pictures is held out.
 *
 * @throws DataError when there are too few
 */
export async function splitPictures(config: RunConfig): Promise<SplitPictures> {
  const items = await openDataset(config.dataset.root, { seed: config.seed });
  const category = config.dataset.category;
  const chosen = items.filter((item) => category === null || item.category === category);
  const normals = chosen.filter((item) => item.label === 0);
  const defective = chosen.filter((item) => item.label === 1 && item.split === 'train');
  const tested = chosen.filter((item) => item.split === 'test');
  const test = tested.slice(0, config.dataset.limit_test ?? tested.length);
  const train = normals.filter((item) => item.split === 'train').map((item) => item.source);
  const limited = train.slice(0, config.dataset.limit_train ?? train.length);
  const val = normals.filter((item) => item.split === 'val').map((item) => item.source);
  if (chosen.length === 0) throw noCategory(config, items);
  if (limited.length === 0) {
    throw datasetError('MISSING_TRAIN_SPLIT', `${config.dataset.root}: no good pictures to train on were found`, {
      root: config.dataset.root,
    });
  }
  if (val.length > 0) return { fit: limited, calibration: val, split: 'val', test, defective };
  const { fit, heldOut } = holdOut(limited, config.calibration.holdout_fraction, config.seed);
  return { fit, calibration: heldOut, split: 'held_out', test, defective };
}

function noCategory({ dataset: { root, category } }: RunConfig, items: readonly DatasetItem[]) {
  const known = [...new Set(items.map((item) => item.category))];
  const isManifest = root.toLowerCase().endsWith('.jsonl');
  return datasetError(
    isManifest ? 'MANIFEST_CATEGORY_EMPTY' : 'DATASET_CATEGORY_NOT_FOUND',
    `${root}: has no category "${category}"${suggestion(category ?? '', known)}; the categories are: ${known.slice(0, 8).join(', ')}`,
    { category, known },
  );
}

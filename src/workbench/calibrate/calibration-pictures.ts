import { openDataset } from '../../data/dataset.js';
import type { PictureSource } from '../../data/picture.js';
import { openSources } from '../../data/sources.js';
import { ConfigError, DataError } from '../../errors.js';
import { refuseTestSplit } from '../refuse-test-split.js';

/** Where the pictures of a calibration are: a data set with a `val` split, or folders. */
export interface CalibrationInputs {
  readonly data?: string;
  /** Good pictures. */
  readonly normals?: string;
  /** Pictures with defects, for a supervised rule. */
  readonly anomalies?: string;
}

export interface CalibrationPictures {
  readonly normals: readonly PictureSource[];
  readonly anomalies: readonly PictureSource[];
  readonly split: 'val' | 'given';
}

/**
 * The pictures to calibrate on. Never those of a test split: figures that are later reported on them would flatter the thresholds.
 *
 * @throws ConfigError unless one place of good pictures is named; DataError when nothing fitting is there
 */
export async function calibrationPictures(
  { data, normals, anomalies }: CalibrationInputs,
  category: string | null,
): Promise<CalibrationPictures> {
  if ((data === undefined) === (normals === undefined)) {
    throw new ConfigError('calibrate: expected good pictures from one place; give --data SET or --normals FOLDER');
  }
  [normals, anomalies].forEach((path) => path !== undefined && refuseTestSplit(path, 'calibrate on other pictures'));
  const bad = anomalies === undefined ? [] : await openSources([anomalies]);
  if (normals !== undefined) return { normals: await openSources([normals]), anomalies: bad, split: 'given' };
  const items = await openDataset(data as string);
  const val = items.filter(
    (item) => item.split === 'val' && item.label === 0 && (category === null || item.category === category),
  );
  if (val.length > 0) return { normals: val.map(({ source }) => source), anomalies: bad, split: 'val' };
  throw new DataError(
    `${data}: has no val split; the train split was fitted on and the test split is reported on, so give other good pictures with --normals`,
  );
}

import type { DecodeOptions } from '../decode-options.js';
import type { PictureSource } from '../picture.js';

/** A picture of a data set, and what is known of it. */
export interface DatasetItem {
  readonly source: PictureSource;
  readonly split: 'train' | 'val' | 'test';
  /** 1 = defective */
  readonly label: 0 | 1;
  /** The name of its defect's folder; `good` for a picture without one. */
  readonly defect: string;
  readonly maskPath: string | null;
  /** Pictures of one part, which are in one split. */
  readonly group: string | null;
  readonly category: string;
}

export interface DatasetOptions extends DecodeOptions {
  /** Where a manifest's relative paths may lie, too. */
  readonly root?: string;
  /** Seed of the split of manifest rows that name none; 0 by default. */
  readonly seed?: number;
  /** The share of such good groups that is held for the test; 0.2 by default. */
  readonly testFraction?: number;
}

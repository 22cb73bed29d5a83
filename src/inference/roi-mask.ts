import { resolve } from 'node:path';
import type { DefectsConfig } from '../config/defects.js';
import { decodeMask } from '../data/decode-mask.js';
import type { RoiMask } from '../defects/roi.js';

/**
 * The picture of `defects.roi_mask_path`, or undefined without one.
 *
 * @param folder what a relative path starts from
 * @throws DataError when it cannot be read
 */
export async function readRoiMask(config: DefectsConfig, folder: string): Promise<RoiMask | undefined> {
  return config.roi_mask_path === null ? undefined : decodeMask(resolve(folder, config.roi_mask_path));
}

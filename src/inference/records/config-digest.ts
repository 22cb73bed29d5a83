import { createHash } from 'node:crypto';
import type { InferConfig } from '../../config/infer-config.js';
import type { RoiMask } from '../../defects/roi.js';
import { canonicalJson } from './canonical-json.js';

/** sha256 over everything that a trained run is: its config with the hashes of its files, and the picture of its region of interest. */
export function configDigest(config: InferConfig, roiMask?: RoiMask): string {
  const hash = createHash('sha256').update(canonicalJson(config));
  if (roiMask !== undefined) hash.update(`${roiMask.height}x${roiMask.width}`).update(roiMask.data);
  return hash.digest('hex');
}

import { createHash } from 'node:crypto';
import type { DefectsConfig } from '../../config/defects.js';
import { REGION_CONTROLS } from '../../config/region-controls.js';
import type { PixelThresholdProvenance } from '../../config/threshold.js';
import type { RoiMask } from '../../defects/roi.js';
import { canonicalJson } from '../records/canonical-json.js';

/** What shapes the values that a quantile of normal pixels is taken of. */
const OF_PIXELS = [
  'map_smoothing',
  'border_ignore_px',
  'roi_xyxy_norm',
  'roi_rectangles_norm',
  'roi_polygon_norm',
] as const satisfies readonly (keyof DefectsConfig)[];

/** What decides, with the pixel threshold, which regions there are. */
const OF_REGIONS = [...OF_PIXELS, ...REGION_CONTROLS] as const;

/**
 * sha256 over the controls that a calibrated threshold depends on. When those of a run are others, the threshold is not
 * the calibrated one of that run, and what was claimed for it does not hold.
 */
export function calibrationDigest(
  method: PixelThresholdProvenance['method'],
  config: DefectsConfig,
  roiMask?: RoiMask,
): string {
  const keys: readonly (keyof DefectsConfig)[] = method === 'false_region_budget' ? OF_REGIONS : OF_PIXELS;
  const controls = Object.fromEntries(keys.map((key) => [key, config[key]]));
  const hash = createHash('sha256').update(canonicalJson(controls));
  if (roiMask !== undefined) hash.update(`${roiMask.height}x${roiMask.width}:`).update(roiMask.data);
  return hash.digest('hex');
}

import type { DefectsConfig } from '../../config/defects.js';
import type { PixelThresholdProvenance } from '../../config/threshold.js';
import type { RoiMask } from '../../defects/roi.js';
import { calibrationDigest } from './calibration-digest.js';

/** What is said once where `checkedProvenance` finds other controls. */
export const CONTROLS_CHANGED =
  'the pixel threshold was calibrated through other controls than those of this run, so that its claim does not hold here; ' +
  'train again with these controls, or leave them as they were';

/**
 * The provenance of the pixel threshold in use: marked where the controls are no longer those that it was calibrated through,
 * and that of a fixed value where the config holds another number than the calibration gave.
 */
export function checkedProvenance(
  provenance: PixelThresholdProvenance | null,
  config: DefectsConfig,
  roiMask?: RoiMask,
): PixelThresholdProvenance | null {
  const value = config.pixel_threshold;
  if (provenance !== null && value !== null && provenance.value !== value) {
    return { method: 'fixed', source: 'infer_config', value };
  }
  if (provenance?.controls_sha256 === undefined) return provenance;
  const same = provenance.controls_sha256 === calibrationDigest(provenance.method, config, roiMask);
  return same ? provenance : { ...provenance, controls_changed: true };
}

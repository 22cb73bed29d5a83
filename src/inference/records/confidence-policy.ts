import type { InferConfig } from '../../config/infer-config.js';
import { REJECT_LABEL } from '../../config/prediction.js';
import { ConfigError } from '../../errors.js';
import { scoreRange } from '../thresholds/label-confidence.js';
import type { ConfidencePolicy } from './decide.js';

/**
 * How the records of a run tell confidences; null when neither the caller nor the config asks for them.
 *
 * @throws ConfigError when there is no image threshold, or no calibration score to measure by
 */
export function confidencePolicy(config: InferConfig, include: boolean): ConfidencePolicy | null {
  const rejectBelow = config.prediction?.reject_confidence_below ?? null;
  if (!include && rejectBelow === null) return null;
  const range = scoreRange(config);
  if (config.threshold === null || range === null) {
    const missing = config.threshold === null ? 'an image threshold' : 'the calibration scores';
    throw new ConfigError(
      `a label confidence needs ${missing}, which the config does not have; imgano calibrate writes both`,
    );
  }
  return { range, rejectBelow, rejectLabel: config.prediction?.reject_label ?? REJECT_LABEL };
}

import { CalibrationConfig } from '../../src/config/calibration.js';
import { decode } from '../../src/config/codec.js';

/** A `calibration` section with the defaults filled in. */
export function rule(keys: Partial<CalibrationConfig>): CalibrationConfig {
  return decode(CalibrationConfig, keys, 'calibration');
}

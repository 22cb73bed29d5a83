import { decode } from '../config/codec.js';
import { PredictionPolicy } from '../config/prediction.js';
import { parseNumber } from './parse.js';

/**
 * The flags of the rejection policy, as keys that beat those of the config's `prediction`; those that were not given are undefined.
 *
 * @throws ConfigError that names the flag, for a value that its key does not take
 */
export function predictionOfFlags(below: string | undefined, label: string | undefined): Partial<PredictionPolicy> {
  const { reject_confidence_below, reject_label } = PredictionPolicy.props;
  const gate = parseNumber('--reject-confidence-below', below);
  const rejected = parseNumber('--reject-label', label);
  return {
    reject_confidence_below:
      gate === undefined ? undefined : decode(reject_confidence_below, gate, '--reject-confidence-below'),
    reject_label: rejected === undefined ? undefined : decode(reject_label, rejected, '--reject-label'),
  };
}

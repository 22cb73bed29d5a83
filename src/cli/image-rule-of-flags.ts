import { CalibrationConfig } from '../config/calibration.js';
import { decode, type t } from '../config/codec.js';
import { ConfigError } from '../errors.js';
import { parseNumber } from './parse.js';

interface Flags {
  readonly rule?: string;
  readonly quantile?: string;
  readonly alarmBudget?: string;
  readonly alarmConfidence?: string;
  readonly tailFraction?: string;
}

/**
 * The flags that say how the image threshold is found, in the shape of the `calibration` section; those that were not given are undefined.
 *
 * @throws ConfigError that names the flag, for a wrong value and for flags of two rules
 */
export function imageRuleOfFlags(flags: Flags): Partial<CalibrationConfig> {
  const { props } = CalibrationConfig;
  const number = (flag: string, codec: t.Mixed, text: string | undefined) => {
    const value = parseNumber(flag, text);
    return value === undefined ? undefined : (decode(codec, value, flag) as number);
  };
  const budget = number('--false-alarm-budget', props.max_alarms_per_1000, flags.alarmBudget);
  const given = flags.rule === undefined ? undefined : decode(props.rule, flags.rule, '--calibration-rule');
  if (budget !== undefined && given !== undefined && given !== 'false_alarm_budget') {
    throw new ConfigError(`--false-alarm-budget: does not go with the rule "${given}"; give one of them`);
  }
  return {
    rule: given ?? (budget === undefined ? undefined : 'false_alarm_budget'),
    quantile: number('--calibration-quantile', props.quantile, flags.quantile),
    max_alarms_per_1000: budget,
    confidence: number('--false-alarm-confidence', props.confidence, flags.alarmConfidence),
    tail_fraction: number('--tail-fraction', props.tail_fraction, flags.tailFraction),
  };
}

import { decode } from '../config/codec.js';
import { FalseRegionBudget } from '../config/defects.js';
import { parseNumber } from './parse.js';

interface Flags {
  /** `--false-region-budget` and `--false-region-confidence`. */
  readonly budget?: string;
  readonly budgetConfidence?: string;
  readonly pixelStrategy?: string;
  readonly pixelThreshold?: string;
}

/**
 * The flags that say how the pixel threshold is calibrated, in the shape of the `defects` section. A way that was asked for by a flag beats a
 * threshold that is stored.
 *
 * @param always the threshold is found anew whatever the flags say, unless they give one
 * @throws ConfigError that names the flag
 */
export function regionBudgetOfFlags(flags: Flags, always = false): Record<string, unknown> {
  const most = parseNumber('--false-region-budget', flags.budget);
  const confidence = parseNumber('--false-region-confidence', flags.budgetConfidence);
  const { props } = FalseRegionBudget;
  if (most !== undefined) decode(props.max_regions_per_1000, most, '--false-region-budget');
  if (confidence !== undefined) decode(props.confidence, confidence, '--false-region-confidence');
  const strategy = flags.pixelStrategy ?? (most === undefined ? undefined : 'false_region_budget');
  const fixed = flags.pixelThreshold !== undefined || strategy === 'fixed' || strategy === 'infer_config';
  const anew = !fixed && (always || strategy !== undefined);
  return {
    ...(strategy === undefined ? {} : { pixel_threshold_strategy: strategy }),
    ...(most === undefined && confidence === undefined
      ? {}
      : { false_region_budget: { max_regions_per_1000: most, confidence } }),
    ...(anew ? { pixel_threshold: null } : {}),
  };
}

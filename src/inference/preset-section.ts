import { decode, oneOf } from '../config/codec.js';
import { DefectsConfig } from '../config/defects.js';
import { REGION_CONTROLS } from '../config/region-controls.js';
import { DEFECTS_PRESETS } from '../defects/presets.js';

const NAMES = Object.keys(DEFECTS_PRESETS) as (keyof typeof DEFECTS_PRESETS)[];

/** The controls that a preset decides about, also where it does not name them: those keep nothing of the config below. */
const CONTROLS = ['border_ignore_px', 'map_smoothing', ...REGION_CONTROLS, 'max_regions_sort_by'] as const;

/**
 * A preset as keys of a `defects` section, ready to be laid over another one. It switches defects on and states every
 * control, so that levels of a config never meet the scale of a preset. What describes the part and the output (region of
 * interest, where the preset has none, pixel threshold, formats) stays with the config.
 *
 * @param where what the user calls the place of the name, for example the flag
 * @throws ConfigError for an unknown name
 */
export function presetSection(name: string, where: string): Record<string, unknown> {
  const preset = DEFECTS_PRESETS[decode(oneOf(NAMES), name, where)];
  const whole = decode(DefectsConfig, preset, where);
  const keys = [...CONTROLS, ...(Object.keys(preset) as (keyof DefectsConfig)[])];
  return { enabled: true, ...Object.fromEntries(keys.map((key) => [key, whole[key]])) };
}

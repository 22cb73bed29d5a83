import { Engine } from './engine.js';
import type { LoadedRun } from './load-run.js';
import { Run } from './run.js';
import { scorerFor } from './scorer-for.js';
import { tileRuleOf } from './tiles/tile-rule-of.js';
import { checkedProvenance, CONTROLS_CHANGED } from './thresholds/checked-provenance.js';

/** Makes a run of what was loaded, which it owns from then on. @param warn is told when a calibrated threshold no longer fits */
export function runOf(
  { config: stored, detector, references, roiMask }: LoadedRun,
  warn?: (line: string) => void,
): Run {
  const provenance = checkedProvenance(stored.pixel_threshold_provenance, stored.defects, roiMask);
  if (provenance?.controls_changed === true && stored.defects.enabled) warn?.(CONTROLS_CHANGED);
  const config = { ...stored, pixel_threshold_provenance: provenance };
  return new Run(new Engine(detector, scorerFor(detector, references, tileRuleOf(config)), warn), config, roiMask);
}

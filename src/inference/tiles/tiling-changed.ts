import { decode } from '../../config/codec.js';
import type { InferConfig } from '../../config/infer-config.js';
import { tileRule } from '../../config/tile-rule.js';
import { Tiling } from '../../config/tiling.js';

/** What is told when flags tile pictures otherwise than the calibration did. */
export const TILING_CHANGED =
  'the thresholds were calibrated with other tiles, or none: scores and maps change with the tiles, so train again with the same --tile- flags';

/** Whether a run tiles otherwise than its document says. @param document as it was read */
export function tilingChanged(document: unknown, config: InferConfig): boolean {
  const stored = (document as { adaptation?: { tiling?: unknown } | null }).adaptation?.tiling;
  const before = stored === undefined || stored === null ? null : decode(Tiling, stored, 'adaptation.tiling');
  return JSON.stringify(tileRule(before)) !== JSON.stringify(tileRule(config.adaptation.tiling));
}

import type { InferConfig } from '../../config/infer-config.js';
import { tileRule, type TileRule } from '../../config/tile-rule.js';

/** How a run tiles its pictures: a config of schema_version 1 with the windows of the Python system. @throws ConfigError as `tileRule` */
export function tileRuleOf({ adaptation, schema_version }: InferConfig): TileRule | null {
  return tileRule(adaptation.tiling, schema_version === 1 ? 'symmetric' : 'open');
}

import { oneOf, Share, strict, type t, withDefault } from '../../config/codec.js';
import { ResizeRule } from '../../config/input-rule.js';
import { SHARED_PARAMS } from './shared-params.js';

/** Parameters of `vision_patchcore_lite_map`. */
export const PatchcoreLiteMapParams = strict('PatchcoreLiteMapParams', {
  ...SHARED_PARAMS,
  resize: withDefault(ResizeRule, { mode: 'stretch', size: { height: 224, width: 224 } }),
  sampling: withDefault(oneOf(['random', 'greedy']), 'random'),
  coreset_ratio: withDefault(Share, 1),
});
export type PatchcoreLiteMapParams = t.TypeOf<typeof PatchcoreLiteMapParams>;

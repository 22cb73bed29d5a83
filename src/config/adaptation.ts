import { nullable, optional, strict, t, withDefault } from './codec.js';
import { MapPostprocess } from './map-postprocess.js';
import { Tiling } from './tiling.js';

/** `adaptation`: how pictures go through the model, and what becomes of their maps. */
export const Adaptation = strict('Adaptation', {
  /** Absent = pictures go through the model whole. */
  tiling: optional(nullable(Tiling)),
  postprocess: withDefault(nullable(MapPostprocess), null),
  save_maps: withDefault(t.boolean, false),
});
export type Adaptation = t.TypeOf<typeof Adaptation>;

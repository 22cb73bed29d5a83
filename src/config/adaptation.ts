import { nullable, strict, t, withDefault } from './codec.js';
import { MapPostprocess } from './map-postprocess.js';

/** `adaptation`: how pictures go through the model, and what becomes of their maps. */
export const Adaptation = strict('Adaptation', {
  postprocess: withDefault(nullable(MapPostprocess), null),
  save_maps: withDefault(t.boolean, false),
});
export type Adaptation = t.TypeOf<typeof Adaptation>;

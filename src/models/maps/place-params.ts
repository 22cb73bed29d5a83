import { oneOf, withDefault } from '../../config/codec.js';

/** The key of a model whose map can be measured place by place, to be spread into its codec. */
export const PLACE_PARAMS = {
  /**
   * `none`: the map as the model makes it; `place`: by how many standard deviations it lies above what good pictures have at the same place, for
   * parts that always lie alike. The image score is then taken from that map, from its highest `score_top` places where the model has such a key.
   */
  map_scale: withDefault(oneOf(['none', 'place']), 'none'),
};

import { Backbone } from '../../config/backbone.js';
import {
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  PositiveInteger,
  PositiveNumber,
  refine,
  strict,
  t,
  withDefault,
} from '../../config/codec.js';
import { FixedResize } from '../fixed-resize.js';

const LayerNames = refine('list of one layer name or more', t.array(t.string), (list) => list.length > 0);

/** Parameters of `vision_spade`. */
export const SpadeParams = strict('SpadeParams', {
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 224, width: 224 } }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /** Pixels by which every picture is mirrored outwards before the backbone; null = as many as the backbone needs. */
  context: withDefault(nullable(NonNegativeInteger), null),
  /** The layer whose mean over the picture finds its nearest pictures; null = the last of the backbone's layers. */
  image_layer: withDefault(nullable(t.string), null),
  /** The layers that describe a place together; null = all of the backbone's. */
  pyramid_layers: withDefault(nullable(LayerNames), null),
  /** Random projection of the joined layers, which shrinks the gallery; null keeps them. */
  projection_dim: withDefault(nullable(PositiveInteger), null),
  /** How many nearest pictures a picture is compared with; no more than there are. */
  k: withDefault(PositiveInteger, 50),
  /** How many nearest places of those pictures a place is compared with. */
  kappa: withDefault(PositiveInteger, 1),
  /** What is averaged over neighbours: squared distances, as the paper writes it, or distances. */
  distance: withDefault(oneOf(['squared', 'euclidean']), 'squared'),
  /** Mean distance to the nearest pictures (the paper), or the highest place of the map. */
  image_score: withDefault(oneOf(['knn', 'map']), 'knn'),
  /** The most megabytes that the features of the good pictures may take. */
  memory_mb: withDefault(PositiveNumber, 2048),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 4),
});
export type SpadeParams = t.TypeOf<typeof SpadeParams>;

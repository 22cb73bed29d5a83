import { Backbone } from '../../config/backbone.js';
import {
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  OddInteger,
  oneOf,
  strict,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { ResizeRule } from '../../config/input-rule.js';

/** Parameters of `vision_ref_patch_distance_map`. */
export const RefPatchDistanceParams = strict('RefPatchDistanceParams', {
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 4, levels: 3 }),
  resize: withDefault(ResizeRule, { mode: 'scale', factor: 1, multiple: 32, max_long_side: 1024 }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /** Pixels by which pictures are mirrored outwards before the backbone; null = as many as it needs. */
  context: withDefault(nullable(NonNegativeInteger), null),
  /** Side of the neighbourhood whose mean describes a patch; 1 = the feature alone. */
  patch_size: withDefault(OddInteger, 1),
  patch_padding: withDefault(oneOf(['zero', 'reflect']), 'zero'),
  /** The largest shift of the whole picture that is undone before, in pixels of the input; 0 = the picture lies as its reference does. */
  max_shift: withDefault(NonNegativeInteger, 16),
  /** The largest further shift of a part of the picture that is undone; 0 = the whole moves as one. */
  local_shift: withDefault(NonNegativeInteger, 6),
  /** Side of the window that decides the shift of a part, in pixels of the input. */
  local_window: withDefault(OddInteger, 41),
  distance: withDefault(oneOf(['euclidean', 'cosine']), 'euclidean'),
  /** A patch is compared with the nearest reference patch within so many places along each axis; 0 = the same place alone. */
  search: withDefault(NonNegativeInteger, 1),
  /** The share of the highest patches whose mean is the image score; 0 = the highest patch alone. */
  score_top: withDefault(Unit, 0),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'nearest']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 2),
});
export type RefPatchDistanceParams = t.TypeOf<typeof RefPatchDistanceParams>;

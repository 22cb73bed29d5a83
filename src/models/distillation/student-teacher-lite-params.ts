import { oneOf, OpenUnit, PositiveNumber, strict, type t, withDefault } from '../../config/codec.js';
import { ResizeRule } from '../../config/input-rule.js';
import { PLACE_PARAMS } from '../maps/place-params.js';
import { SHARED_PARAMS } from '../memory-bank/shared-params.js';

const { backbone, interpolation, antialias, context, patch_size, pool_mb, score_top, map_interpolation, map_sigma } =
  SHARED_PARAMS;

/** Parameters of `vision_student_teacher_lite`. */
export const StudentTeacherLiteParams = strict('StudentTeacherLiteParams', {
  backbone,
  resize: withDefault(ResizeRule, { mode: 'stretch', size: { height: 224, width: 224 } }),
  interpolation,
  antialias,
  /** Pixels by which every picture is mirrored outwards before the backbone; null = as many as the backbone needs. */
  context,
  /** Side of the neighbourhood, in features, whose mean describes a place. */
  patch_size,
  /**
   * The share of the backbone's layers, from the first on, that are the student's description; the others are the teacher's. Each has one at
   * least; of a backbone with one layer, its channels are shared out.
   */
  student_share: withDefault(OpenUnit, 0.5),
  /** What is added to the variances of the student's description. */
  ridge: withDefault(PositiveNumber, 1e-6),
  /** What the image score is: of the highest places of the map, or of the mean descriptions of the whole picture. */
  score: withDefault(oneOf(['places', 'picture']), 'places'),
  /** The most megabytes of places to learn from; above it, places are drawn from every picture alike. */
  pool_mb,
  /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
  score_top,
  map_interpolation,
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma,
  ...PLACE_PARAMS,
});
export type StudentTeacherLiteParams = t.TypeOf<typeof StudentTeacherLiteParams>;

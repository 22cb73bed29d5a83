import { Backbone } from '../../config/backbone.js';
import {
  defaultsOf,
  NonNegativeInteger,
  NonNegativeNumber,
  nullable,
  oneOf,
  PositiveInteger,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { trainingRule, type TrainingDefaults } from '../../config/training-rule.js';
import { FixedResize } from '../fixed-resize.js';
import { PLACE_PARAMS } from '../maps/place-params.js';

/**
 * The keys that students of a fixed teacher have in common, for the codec of a model.
 *
 * @param mapSigma the default of `map_sigma`
 */
export function teacherStudentKeys(defaults: TrainingDefaults, mapSigma: number) {
  const training = trainingRule(defaults);
  return {
    /** The teacher. */
    backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
    resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 256, width: 256 } }),
    interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
    antialias: withDefault(t.boolean, true),
    /** Pixels by which every picture is mirrored outwards; null = as many as the teacher needs to see no padding. */
    context: withDefault(nullable(NonNegativeInteger), 0),
    /** Channels of the student at a stride of 4, which double as the stride does. */
    student_width: withDefault(PositiveInteger, 64),
    training: withDefault(training, () => defaultsOf(training)),
    /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
    score_top: withDefault(Unit, 0),
    map_interpolation: withDefault(oneOf(['bilinear', 'bicubic']), 'bilinear'),
    /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
    map_sigma: withDefault(NonNegativeNumber, mapSigma),
    ...PLACE_PARAMS,
  };
}

import {
  defaultsOf,
  NonNegativeNumber,
  oneOf,
  PositiveInteger,
  refine,
  t,
  Unit,
  withDefault,
} from '../../config/codec.js';
import { trainingRule, type TrainingDefaults, type TrainingRule } from '../../config/training-rule.js';
import { FixedResize } from '../fixed-resize.js';
import type { LearnedDetectorParams } from '../learned-detector.js';
import { SHARED_PARAMS } from '../memory-bank/shared-params.js';
import { PLACE_PARAMS } from '../maps/place-params.js';

const { backbone, interpolation, antialias, context } = SHARED_PARAMS;

const Widths = refine('list of one width or more', t.array(PositiveInteger), (list) => list.length > 0, {
  minItems: 1,
});

/** What the models that learn from rows of features have in common. */
export interface RowParams extends LearnedDetectorParams {
  readonly resize: FixedResize;
  readonly context: number | null;
  readonly rows: 'place' | 'picture';
  readonly hidden: readonly number[];
  readonly row_batch: number;
  readonly score_top: number;
  readonly training: TrainingRule;
}

/** The keys of `RowParams`, for the codec of a model. */
export function rowKeys(defaults: TrainingDefaults) {
  const training = trainingRule(defaults);
  return {
    backbone,
    resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 224, width: 224 } }),
    interpolation,
    antialias,
    /** Pixels by which every picture is mirrored outwards before the backbone; null = as many as the backbone needs. */
    context,
    /** What a row of features is: every place of a picture, or the mean over a whole picture, whose map is the score all over. */
    rows: withDefault(oneOf(['place', 'picture']), 'place'),
    /** Widths of the layers. */
    hidden: withDefault(Widths, [64, 32]),
    /** Rows of a step: those of `batch_size` pictures, shuffled, are gone through so many at a time. */
    row_batch: withDefault(PositiveInteger, 256),
    /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
    score_top: withDefault(Unit, 0.01),
    map_interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'nearest']), 'bilinear'),
    /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
    map_sigma: withDefault(NonNegativeNumber, 4),
    ...PLACE_PARAMS,
    training: withDefault(training, () => defaultsOf(training)),
  };
}

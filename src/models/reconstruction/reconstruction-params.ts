import { defaultsOf, NonNegativeNumber, oneOf, PositiveInteger, t, Unit, withDefault } from '../../config/codec.js';
import { trainingRule, type TrainingDefaults, type TrainingRule } from '../../config/training-rule.js';
import { FixedResize } from '../fixed-resize.js';
import type { LearnedDetectorParams } from '../learned-detector.js';
import { PLACE_PARAMS } from '../maps/place-params.js';

/** What every model that reconstructs pictures can be told. */
export interface ReconstructionParams extends LearnedDetectorParams {
  readonly width: number;
  readonly score_top: number;
  readonly training: TrainingRule;
}

/**
 * The keys of `ReconstructionParams`, for the codec of a model.
 *
 * @param side of the square picture that the model sees by default, in pixels
 */
export function reconstructionKeys(side: number, defaults: TrainingDefaults) {
  const training = trainingRule(defaults);
  return {
    resize: withDefault(FixedResize, { mode: 'stretch', size: { height: side, width: side } }),
    interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
    antialias: withDefault(t.boolean, true),
    /** Channels after the first convolution; deeper ones have twice as many, up to eight times. */
    width: withDefault(PositiveInteger, 16),
    /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
    score_top: withDefault(Unit, 0.01),
    map_interpolation: withDefault(oneOf(['bilinear', 'bicubic']), 'bilinear'),
    /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
    map_sigma: withDefault(NonNegativeNumber, 2),
    ...PLACE_PARAMS,
    training: withDefault(training, () => defaultsOf(training)),
  };
}

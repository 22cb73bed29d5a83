import { Backbone } from '../../config/backbone.js';
import { NonNegativeInteger, NonNegativeNumber, nullable, oneOf, t, Unit, withDefault } from '../../config/codec.js';
import type { TrainingRule } from '../../config/training-rule.js';
import { FixedResize } from '../fixed-resize.js';
import type { LearnedDetectorParams } from '../learned-detector.js';
import { PLACE_PARAMS } from '../maps/place-params.js';

/** Keys that the flows have in common, to be spread into a codec. */
export const FLOW_PARAMS = {
  backbone: withDefault(Backbone, { name: 'filterbank', stride: 8, levels: 3 }),
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 224, width: 224 } }),
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  antialias: withDefault(t.boolean, true),
  /** Pixels by which every picture is mirrored outwards before the backbone; null = as many as the backbone needs. */
  context: withDefault(nullable(NonNegativeInteger), null),
  /** The share of the highest places whose mean is the image score; 0 = the highest place alone. */
  score_top: withDefault(Unit, 0),
  map_interpolation: withDefault(oneOf(['bilinear', 'bicubic']), 'bilinear'),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma: withDefault(NonNegativeNumber, 4),
  ...PLACE_PARAMS,
  /**
   * Standard deviation of the normal noise that is added to the standardised features of every training step, new every time: a flow learns a few
   * good pictures by heart without it, and takes for exact what they happen to share. 0 = none, as in the papers.
   */
  feature_noise: withDefault(NonNegativeNumber, 0),
};

/** What `FlowDetector` reads of them. */
export interface FlowParams extends LearnedDetectorParams {
  readonly resize: FixedResize;
  readonly training: TrainingRule;
  readonly feature_noise: number;
}

import { nullable, oneOf, PositiveInteger, withDefault } from '../../config/codec.js';
import { ResizeRule } from '../../config/input-rule.js';
import { SHARED_PARAMS } from './shared-params.js';

const { backbone, interpolation, antialias, context } = SHARED_PARAMS;

/** Keys that the detectors with one row a picture have in common: to be spread into a codec. */
export const PICTURE_BANK_PARAMS = {
  backbone,
  resize: withDefault(ResizeRule, { mode: 'stretch', size: { height: 224, width: 224 } }),
  interpolation,
  antialias,
  context,
  /** How the features of all places become one row: their mean, their largest values, or both one after the other. */
  pooling: withDefault(oneOf(['mean', 'max', 'mean_max']), 'mean'),
  /** The most rows of the bank. */
  max_bank: withDefault(nullable(PositiveInteger), 10_000),
};

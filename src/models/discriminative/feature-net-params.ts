import { nullable, refine, t, PositiveInteger, PositiveNumber, withDefault } from '../../config/codec.js';
import { FixedResize } from '../fixed-resize.js';
import { SHARED_PARAMS } from '../memory-bank/shared-params.js';
import { PLACE_PARAMS } from '../maps/place-params.js';

const { backbone, interpolation, antialias, context, feature_dim, map_interpolation, map_sigma } = SHARED_PARAMS;

/** Keys that the networks on features have in common: to be spread into a codec, where other defaults may follow. */
export const FEATURE_NET_PARAMS = {
  backbone,
  resize: withDefault(FixedResize, { mode: 'stretch', size: { height: 224, width: 224 } }),
  interpolation,
  antialias,
  /** Pixels by which every picture is mirrored outwards before the backbone; null = as many as the backbone needs. */
  context,
  /** Width to which the joined layers are pooled; null keeps them. */
  feature_dim,
  /**
   * Every feature is scaled so that this is its standard deviation over the good pictures, for the size of the noise is that of the
   * features of ImageNet networks; null takes them as the backbone gives them.
   */
  feature_deviation: withDefault(nullable(PositiveNumber), 0.1),
  /** Width of the hidden layer. */
  hidden_dim: withDefault(PositiveInteger, 1024),
  map_interpolation,
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the input. */
  map_sigma,
  ...PLACE_PARAMS,
};

/**
 * How many times `noise_std` the largest noise is: every place draws its own deviation between the two. 1 is the paper's one deviation, which
 * says nothing about features far off; few features, such as those of the filterbank, need more.
 */
export const NoiseReach = withDefault(
  refine('number of 1 or more', t.number, (n) => Number.isFinite(n) && n >= 1),
  1,
);

/** How SimpleNet and what follows it describe a place. */
export const NEIGHBORHOOD_PARAMS = {
  /** Side of the neighbourhood whose mean describes a place; 1 = the feature alone. */
  patch_size: withDefault(SHARED_PARAMS.patch_size, 3),
  /** Width to which every layer's neighbourhoods are pooled, as in the paper; null keeps the layer's channels. */
  layer_dim: SHARED_PARAMS.layer_dim,
};

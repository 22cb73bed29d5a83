import { NonNegativeNumber, refine, strict, t, Unit, withDefault } from './codec.js';

const Degrees = refine('number of degrees from 0 to 180', t.number, (n) => n >= 0 && n <= 180, {
  minimum: 0,
  maximum: 180,
});
const BelowOne = refine('number of 0 or more and below 1', t.number, (n) => n >= 0 && n < 1, {
  minimum: 0,
  exclusiveMaximum: 1,
});

/**
 * How pictures are varied anew in every epoch: the key `training.augment`. Only what a good part may look like belongs here: a turn that
 * never happens teaches the model to overlook it.
 */
export const AugmentRule = strict('AugmentRule', {
  /** The share of pictures that are mirrored, left to right and top to bottom. */
  flip_horizontal: withDefault(Unit, 0),
  flip_vertical: withDefault(Unit, 0),
  /** Turns by 0, 90, 180 or 270 degrees; by 0 or 180 where a picture is not square. */
  quarter_turns: withDefault(t.boolean, false),
  /** Turns by up to so many degrees to both sides. */
  rotate: withDefault(Degrees, 0),
  /** Sizes from 1 - scale to 1 + scale. */
  scale: withDefault(BelowOne, 0),
  /** Shifts by up to this share of each side. */
  shift: withDefault(BelowOne, 0),
  /** Values from 1 - contrast to 1 + contrast times as far from the mean of their picture. */
  contrast: withDefault(Unit, 0),
  /** Values up to this share of the whole range higher or lower. */
  brightness: withDefault(Unit, 0),
  /** Exponents of the values from 1 / (1 + gamma) to 1 + gamma. */
  gamma: withDefault(NonNegativeNumber, 0),
  /** Standard deviations of Gaussian blur of up to so many pixels. */
  blur: withDefault(NonNegativeNumber, 0),
  /** Standard deviations of independent noise of up to so many of 255 grey levels. */
  noise: withDefault(NonNegativeNumber, 0),
});
export type AugmentRule = t.TypeOf<typeof AugmentRule>;

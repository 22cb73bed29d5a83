import { oneOf, optional, PositiveInteger, PositiveNumber, strict, t, tagged, withDefault } from './codec.js';
import { SizeCodec } from './size.js';

/** Every picture becomes exactly `size`, whatever its shape. */
export const Stretch = strict('Stretch', { mode: oneOf(['stretch']), size: SizeCodec });

/**
 * The shorter side becomes `pixels` and the shape is kept; both sides are then rounded to a multiple of `multiple`, and
 * the longer one is held to `max_long_side`.
 */
const ShortSide = strict('ShortSide', {
  mode: oneOf(['short_side']),
  pixels: PositiveInteger,
  multiple: withDefault(PositiveInteger, 32),
  max_long_side: optional(PositiveInteger),
  /** How a side becomes a multiple: `down` with a multiple of 1 is what torchvision does. Absent = `nearest`. */
  rounding: optional(oneOf(['nearest', 'down'])),
});

/**
 * Every picture is scaled by `factor`, so that a millimetre of the part stays as many pixels whatever the picture's size; sides are
 * then rounded as for `short_side`.
 */
const Scale = strict('Scale', {
  mode: oneOf(['scale']),
  factor: withDefault(PositiveNumber, 1),
  multiple: withDefault(PositiveInteger, 32),
  max_long_side: optional(PositiveInteger),
});

export const ResizeRule = tagged('ResizeRule', 'mode', { stretch: Stretch, short_side: ShortSide, scale: Scale });
export type ResizeRule = t.TypeOf<typeof ResizeRule>;

/** How a picture becomes the tensor that a model sees: `[h, w, 3]` or `[h, w, 1]`, float32, 0..255. */
export const InputRule = strict('InputRule', {
  resize: ResizeRule,
  /** The middle of the resized picture that the model sees; what lies outside is not inspected. Absent = all of it. */
  crop: optional(SizeCodec),
  /** `area` is OpenCV's INTER_AREA; `bilinear` and `bicubic` have half-pixel centres. */
  interpolation: withDefault(oneOf(['bilinear', 'bicubic', 'area']), 'bilinear'),
  /** Widens the filter when shrinking, as PIL does. */
  antialias: withDefault(t.boolean, true),
  /** `gray` is ITU-R 601 luma, rounded to whole levels, taken before the resize. */
  color: withDefault(oneOf(['rgb', 'gray']), 'rgb'),
  /** Rounds to whole grey levels after the resize, as 8-bit libraries do. */
  quantize: withDefault(t.boolean, false),
});
export type InputRule = t.TypeOf<typeof InputRule>;

import { isLeft } from 'fp-ts/lib/Either.js';
import { oneOf, PositiveNumber, strict, t, withDefault } from '../../config/codec.js';
import type { Size } from '../../config/size.js';
import { HeightWidth } from '../maps/height-width.js';
import { templateParams } from './template-params.js';

const isOdd = ({ height, width }: Size) => height % 2 === 1 && width % 2 === 1;

const OddWindow: t.Type<Size, Size> = new t.Type<Size, Size>(
  HeightWidth.name,
  (u): u is Size => HeightWidth.is(u) && isOdd(u),
  (u, context) => {
    const size = HeightWidth.validate(u, context);
    if (isLeft(size) || isOdd(size.right)) return size;
    return t.failure(u, context, `expected odd sides, got ${size.right.height} and ${size.right.width}`);
  },
  HeightWidth.encode,
);

export const TemplateNccParams = strict('TemplateNccParams', {
  ...templateParams,
  window_hw: withDefault(OddWindow, { height: 11, width: 11 }),
  /**
   * What two flat windows give. `python`: the plain correlation of noise, which is 0, and so 0.5 in the map of a flawless
   * flat area. `zero`: both windows are taken to share a component of `noise_std` grey levels, so that flat areas that agree give 0, and
   * a mark on a flat area still stands out.
   */
  flat: withDefault(oneOf(['zero', 'python']), 'zero'),
  /** Variation that counts as noise, in grey levels; for `flat: zero`. */
  noise_std: withDefault(PositiveNumber, 2),
});
export type TemplateNccParams = t.TypeOf<typeof TemplateNccParams>;

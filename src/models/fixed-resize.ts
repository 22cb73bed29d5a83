import { type t, tagged } from '../config/codec.js';
import { Stretch } from '../config/input-rule.js';

/** The resize rule of models that need the same grid of features for every picture: no other rule gives it. */
export const FixedResize = tagged('FixedResize', 'mode', { stretch: Stretch });
export type FixedResize = t.TypeOf<typeof FixedResize>;

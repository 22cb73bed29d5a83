import { PositiveInteger, strict, type t } from './codec.js';

/** A size in pixels. Never a bare pair: `[h, w]` and `[w, h]` look alike. */
export const SizeCodec = strict('Size', { height: PositiveInteger, width: PositiveInteger });
export type Size = t.TypeOf<typeof SizeCodec>;

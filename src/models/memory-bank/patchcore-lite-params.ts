import { Share, strict, type t, withDefault } from '../../config/codec.js';
import { PICTURE_BANK_PARAMS } from './picture-bank-params.js';

/** Parameters of `vision_patchcore_lite`. */
export const PatchcoreLiteParams = strict('PatchcoreLiteParams', {
  ...PICTURE_BANK_PARAMS,
  /** The share of the good pictures that the bank keeps, drawn at random. */
  coreset_ratio: withDefault(Share, 0.2),
});
export type PatchcoreLiteParams = t.TypeOf<typeof PatchcoreLiteParams>;

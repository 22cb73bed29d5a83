import { NonEmptyString, nullable, PositiveInteger, refine, strict, withDefault, type t } from '../../config/codec.js';
import { PICTURE_BANK_PARAMS } from './picture-bank-params.js';

const AtLeastTwo = refine('whole number of 2 or more', PositiveInteger, (n) => n >= 2);

/** Parameters of `vision_patchcore_online`. */
export const PatchcoreOnlineParams = strict('PatchcoreOnlineParams', {
  ...PICTURE_BANK_PARAMS,
  max_bank: withDefault(AtLeastTwo, 10_000),
  /** The folder of a saved model (`RUN/model`) whose bank the fit goes on with; null = it begins with none. */
  start_from: withDefault(nullable(NonEmptyString), null),
});
export type PatchcoreOnlineParams = t.TypeOf<typeof PatchcoreOnlineParams>;

import { Integer, nullable, refine, Share, strict, type t, withDefault } from './codec.js';

/** 0 and 1 say normal and anomalous; a rejected picture is neither. */
const RejectLabel = refine('whole number other than 0 and 1', Integer, (n) => n !== 0 && n !== 1);

/** The label of a rejected picture where none was chosen. */
export const REJECT_LABEL = -2;

/** `prediction`: whether a label that little speaks for is given out, or the picture is set aside for a person. */
export const PredictionPolicy = strict('PredictionPolicy', {
  /** A label whose confidence is below this is rejected; null rejects none. */
  reject_confidence_below: withDefault(nullable(Share), null),
  /** What a rejected picture has as its label; null = -2. */
  reject_label: withDefault(nullable(RejectLabel), null),
});
export type PredictionPolicy = t.TypeOf<typeof PredictionPolicy>;

/** Counts of a decision against the truth, and the ratios made of them; a ratio without a case is null. */
export interface Confusion {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
  /** tp / (tp + fp): the share of alarms that are real; null without an alarm */
  readonly precision: number | null;
  /** tp / (tp + fn): the share of defects that are found; null without a defect */
  readonly recall: number | null;
  /** tn / (tn + fp): the share of good ones that pass; null without a good one */
  readonly specificity: number | null;
  /** (tp + tn) / all; null for nothing at all */
  readonly accuracy: number | null;
  /** 2 tp / (2 tp + fp + fn); null when there is neither a defect nor an alarm */
  readonly f1: number | null;
}

/** Makes the ratios from the four counts. */
export function confusion(tp: number, fp: number, tn: number, fn: number): Confusion {
  return {
    tp,
    fp,
    tn,
    fn,
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    specificity: ratio(tn, tn + fp),
    accuracy: ratio(tp + tn, tp + fp + tn + fn),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

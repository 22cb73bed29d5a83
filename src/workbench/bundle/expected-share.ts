import type { ImageThresholdProvenance } from '../../config/threshold.js';

/** The share of good pictures that a threshold was meant to flag; null where its rule names none. */
export function expectedShare(provenance: ImageThresholdProvenance | null): number | null {
  if (provenance === null) return null;
  const { quantile, budget } = provenance;
  if (quantile !== null) return 1 - quantile;
  return budget === undefined ? null : budget.max_alarms_per_1000 / 1000;
}

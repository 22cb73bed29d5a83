import type { ImageThresholdProvenance } from '../../config/threshold.js';

/** The quantile when neither a quantile nor a contamination was given. */
const FALLBACK = 0.995;

/**
 * The quantile of good scores that becomes the threshold: an explicit one, or what a share of bad pictures among the good ones leaves, where
 * it leaves more than half of them.
 */
export function resolveQuantile(
  explicit: number | null,
  contamination: number | null,
): { readonly q: number; readonly source: ImageThresholdProvenance['source'] } {
  if (explicit !== null) return { q: explicit, source: 'explicit' };
  if (contamination !== null && contamination > 0 && contamination < 0.5) {
    return { q: 1 - contamination, source: 'contamination' };
  }
  return { q: FALLBACK, source: 'fallback' };
}

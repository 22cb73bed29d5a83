/** What the shrinkage of a covariance follows from; the rows are centred. */
export interface ScatterSummary {
  readonly rows: number;
  readonly width: number;
  /** Trace of the covariance of the population (divided by n). */
  readonly trace: number;
  /** Sum of the squares of all its values. */
  readonly squares: number;
  /** Sum over the rows of the fourth power of their length. */
  readonly fourth: number;
}

/**
 * The share of the identity, 0 to 1, in the covariance estimate `(1 - s) S + s (trace(S) / width) I` that is closest to the truth in
 * expectation (Ledoit and Wolf, A Well-Conditioned Estimator for Large-Dimensional Covariance Matrices, 2004).
 */
export function ledoitWolfShrinkage({ rows, width, trace, squares, fourth }: ScatterSummary): number {
  const distance = squares - trace ** 2 / width;
  const noise = (fourth / rows - squares) / rows;
  // A covariance that is a multiple of the identity already needs no shrinking.
  return distance <= 0 ? 0 : Math.min(Math.max(noise, 0), distance) / distance;
}

/** Every bin is so much wider than the one before, so that a quantile is within 1 % of the truth. */
const GROWTH = Math.log(1.01);
/** Milliseconds below which durations are not told apart. */
const SMALLEST = 1e-3;

export interface DurationSummary {
  readonly count: number;
  readonly total_ms: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly max_ms: number;
}

/** Durations of any number of events in bounded memory: quantiles within 1 %, sum and maximum exact. */
export class DurationHistogram {
  private readonly bins: number[] = [];
  private count = 0;
  private total = 0;
  private longest = 0;

  add(milliseconds: number): void {
    const bin = Math.max(0, Math.ceil(Math.log(milliseconds / SMALLEST) / GROWTH));
    this.bins[bin] = (this.bins[bin] ?? 0) + 1;
    this.count += 1;
    this.total += milliseconds;
    this.longest = Math.max(this.longest, milliseconds);
  }

  summary(): DurationSummary {
    return {
      count: this.count,
      total_ms: rounded(this.total),
      p50_ms: rounded(this.quantile(0.5)),
      p95_ms: rounded(this.quantile(0.95)),
      max_ms: rounded(this.longest),
    };
  }

  /** The nearest-rank quantile: the upper edge of its bin, never more than the maximum. */
  private quantile(q: number): number {
    let rank = Math.ceil(q * this.count);
    for (const [bin, events = 0] of this.bins.entries()) {
      rank -= events;
      if (rank <= 0 && events > 0) return Math.min(this.longest, SMALLEST * Math.exp(bin * GROWTH));
    }
    return 0;
  }
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

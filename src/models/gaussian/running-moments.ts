/** Mean and variance of many arrays of one length, one array at a time, in float64 (Welford 1962). */
export class RunningMoments {
  readonly mean: Float64Array;
  private readonly squares: Float64Array;
  private count = 0;

  constructor(length: number) {
    this.mean = new Float64Array(length);
    this.squares = new Float64Array(length);
  }

  add(values: ArrayLike<number>): void {
    this.count++;
    for (let i = 0; i < this.mean.length; i++) {
      const before = values[i] - this.mean[i];
      this.mean[i] += before / this.count;
      this.squares[i] += before * (values[i] - this.mean[i]);
    }
  }

  /** The sample standard deviation (divided by `n - 1`); 0 after a single array. */
  standardDeviation(): Float64Array {
    return this.squares.map((sum) => (this.count > 1 ? Math.sqrt(sum / (this.count - 1)) : 0));
  }
}

/** How fast a step goes, and when it will be done. What was there at the first look (a run that goes on) is not its work. */
export class Pace {
  private first: { done: number; at: number } | null = null;
  private rate: number | null = null;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Items a second so far; null before the second look. */
  look(done: number): number | null {
    const at = this.now();
    this.first ??= { done, at };
    const seconds = (at - this.first.at) / 1000;
    if (done > this.first.done && seconds > 0) this.rate = (done - this.first.done) / seconds;
    return this.rate;
  }

  /** Seconds until `total` at this rate; null while there is none. */
  left(done: number, total: number | undefined): number | null {
    return this.rate === null || total === undefined ? null : Math.max(0, total - done) / this.rate;
  }
}

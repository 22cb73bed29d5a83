import type { StageClock } from '../../runtime/profile/stage-clock.js';
import type { StageName } from '../../runtime/profile/stages.js';

/** Adds up what the parts of pictures took and tells it as the time of whole pictures, so that tiles do not count as pictures. */
export class SharedClock implements StageClock {
  private readonly totals = new Map<StageName, number>();

  constructor(
    private readonly clock: StageClock,
    private readonly pictures: number,
  ) {}

  async time<T>(stage: StageName, _pictures: number, work: () => T | Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.add(stage, performance.now() - started);
    }
  }

  add(stage: StageName, milliseconds: number): void {
    this.totals.set(stage, (this.totals.get(stage) ?? 0) + milliseconds);
  }

  wait(...args: Parameters<StageClock['wait']>): void {
    this.clock.wait(...args);
  }

  /** Called when all parts are done. */
  tell(): void {
    for (const [stage, total] of this.totals) {
      for (let i = 0; i < this.pictures; i++) this.clock.add(stage, total / this.pictures);
    }
  }
}

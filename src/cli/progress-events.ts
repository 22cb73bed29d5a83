import type { Progress } from '../runtime/progress.js';
import { Pace } from './pace.js';

/**
 * Progress for programs: one JSON object a line. `event` is `start` (`step`, and `total` where it is known), `progress` (`step`, `done`, `total`,
 * `rate` a second, `eta_seconds`, and a `note` where there is one), `end` (`step`, `done`, `seconds`), `info` or `warning` (`message`).
 */
export class ProgressEvents implements Progress {
  private step: { name: string; total?: number; done: number; startedAt: number; shownAt: number; pace: Pace } | null =
    null;

  /** @param every milliseconds between two `progress` events */
  constructor(
    private readonly stream: { write(text: string): unknown },
    private readonly every: number,
  ) {}

  start(name: string, total?: number): void {
    this.stop();
    const now = performance.now();
    this.step = { name, total, done: 0, startedAt: now, shownAt: now, pace: new Pace() };
    this.tell({ event: 'start', step: name, total });
  }

  update(done: number, note?: string): void {
    const { step } = this;
    if (step === null) return;
    step.done = done;
    const rate = step.pace.look(done);
    const now = performance.now();
    if (now - step.shownAt < this.every) return;
    step.shownAt = now;
    const { name, total, pace } = step;
    const eta = pace.left(done, total);
    this.tell({ event: 'progress', step: name, done, total, rate: rounded(rate), eta_seconds: rounded(eta), note });
  }

  stop(): void {
    const { step } = this;
    this.step = null;
    if (step === null) return;
    const seconds = rounded((performance.now() - step.startedAt) / 1000);
    this.tell({ event: 'end', step: step.name, done: step.done, seconds });
  }

  info(message: string): void {
    this.tell({ event: 'info', message });
  }

  warn(message: string): void {
    this.tell({ event: 'warning', message });
  }

  private tell(event: object): void {
    this.stream.write(`${JSON.stringify(event)}\n`);
  }
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}

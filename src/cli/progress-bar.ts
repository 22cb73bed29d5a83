import cliProgress from 'cli-progress';
import { silent, type Progress } from '../runtime/progress.js';

/** A stream that may be a terminal; the standard error. */
interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** Show no progress; warnings are still shown. */
  readonly quiet?: boolean;
  readonly stream?: ProgressStream;
  /** Milliseconds between two lines where the stream is not a terminal. */
  readonly lineEvery?: number;
}

/**
 * Progress on the standard error: a bar with the expected end on a terminal; elsewhere (a log, a CI job) a line at the
 * start, at most one every few seconds, and one at the end of a step that took long enough to have shown any.
 */
export function createProgress(options: ProgressOptions = {}): Progress {
  const { quiet = false, stream = process.stderr, lineEvery = 5000 } = options;
  if (quiet) return { ...silent, warn: (line) => void stream.write(`warning: ${line}\n`) };
  return stream.isTTY === true ? new Bar(stream) : new Lines(stream, lineEvery);
}

class Bar implements Progress {
  private bar: cliProgress.SingleBar | null = null;

  constructor(private readonly stream: ProgressStream) {}

  start(step: string, total?: number): void {
    this.stop();
    const format =
      total === undefined
        ? '{step}: {value} ({duration_formatted})'
        : '{step} {bar} {value}/{total} · {eta_formatted} left';
    this.bar = new cliProgress.SingleBar(
      {
        format,
        stream: this.stream as NodeJS.WritableStream,
        hideCursor: true,
        gracefulExit: false, // the command handles signals and stops the bar itself
        clearOnComplete: true,
        barsize: 30,
        etaBuffer: 50,
      },
      cliProgress.Presets.shades_classic,
    );
    this.bar.start(total ?? 0, 0, { step });
  }

  update(done: number): void {
    this.bar?.update(done);
  }

  stop(): void {
    this.bar?.stop();
    this.bar = null;
  }

  info(line: string): void {
    this.above(line);
  }

  warn(line: string): void {
    this.above(`warning: ${line}`);
  }

  /** A line must not land in the middle of the bar: wipe the bar's line first, the next tick draws it again. */
  private above(line: string): void {
    this.stream.write(this.bar === null ? `${line}\n` : `\r\u001b[K${line}\n`);
  }
}

class Lines implements Progress {
  private step: { name: string; total?: number; done: number; startedAt: number; shownAt: number } | null = null;

  constructor(
    private readonly stream: ProgressStream,
    private readonly lineEvery: number,
  ) {}

  start(name: string, total?: number): void {
    this.stop();
    const now = performance.now();
    this.step = { name, total, done: 0, startedAt: now, shownAt: now };
    this.info(total === undefined ? name : `${name}: ${total}`);
  }

  update(done: number): void {
    if (this.step === null) return;
    this.step.done = done;
    const now = performance.now();
    if (now - this.step.shownAt < this.lineEvery) return;
    this.step.shownAt = now;
    this.show(this.step, now);
  }

  stop(): void {
    const { step } = this;
    this.step = null;
    if (step !== null && step.shownAt > step.startedAt) this.show(step, performance.now());
  }

  info(line: string): void {
    this.stream.write(`${line}\n`);
  }

  warn(line: string): void {
    this.stream.write(`warning: ${line}\n`);
  }

  private show(step: NonNullable<Lines['step']>, now: number): void {
    const total = step.total === undefined ? '' : `/${step.total}`;
    this.info(`${step.name}: ${step.done}${total} (${((now - step.startedAt) / 1000).toFixed(0)} s)`);
  }
}

import cliProgress from 'cli-progress';
import { silent, type Progress } from '../runtime/progress.js';
import { Pace } from './pace.js';
import { ProgressEvents } from './progress-events.js';

/** A stream that may be a terminal; the standard error. */
interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** Show no progress; warnings are still shown. */
  readonly quiet?: boolean;
  /** Another program reads: events as JSON lines where the stream is not a terminal. */
  readonly json?: boolean;
  readonly stream?: ProgressStream;
  /** Milliseconds between two progress events. */
  readonly eventEvery?: number;
}

/**
 * Progress on the standard error: a bar with the rate and the expected end on a terminal. Elsewhere (a log, a CI job) there is none
 * but the closing line of the command and warnings; or, for a program that asked for JSON, one event a line.
 */
export function createProgress(options: ProgressOptions = {}): Progress {
  const { quiet = false, json = false, stream = process.stderr, eventEvery = 1000 } = options;
  const warn = (line: string) => void stream.write(`warning: ${line}\n`);
  if (quiet) return { ...silent, warn };
  if (stream.isTTY === true) return new Bar(stream);
  if (json) return new ProgressEvents(stream, eventEvery);
  return { ...silent, warn, info: (line) => void stream.write(`${line}\n`) };
}

class Bar implements Progress {
  private bar: cliProgress.SingleBar | null = null;
  private pace = new Pace();
  private total: number | undefined;

  constructor(private readonly stream: ProgressStream) {}

  start(step: string, total?: number): void {
    this.stop();
    const format =
      total === undefined
        ? '{step}: {value} · {rate} ({duration_formatted})'
        : '{step} {bar} {value}/{total} · {rate} · {left} left{note}';
    this.bar = new cliProgress.SingleBar(
      {
        format,
        stream: this.stream as NodeJS.WritableStream,
        hideCursor: true,
        gracefulExit: false, // the command handles signals and stops the bar itself
        clearOnComplete: true,
        barsize: 30,
      },
      cliProgress.Presets.shades_classic,
    );
    this.pace = new Pace();
    this.total = total;
    this.bar.start(total ?? 0, 0, { step, rate: '-/s', left: '-', note: '' });
  }

  update(done: number, note?: string): void {
    const rate = this.pace.look(done);
    const left = this.pace.left(done, this.total);
    const noted = note === undefined ? {} : { note: ` · ${note}` };
    this.bar?.update(done, {
      rate: rate === null ? '-/s' : `${rate.toPrecision(3)}/s`,
      left: duration(left),
      ...noted,
    });
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

function duration(seconds: number | null): string {
  if (seconds === null) return '-';
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours}h${String(minutes).padStart(2, '0')}m`;
  return minutes > 0 ? `${minutes}m${String(whole % 60).padStart(2, '0')}s` : `${whole}s`;
}

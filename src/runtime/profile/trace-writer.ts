import { closeSync, openSync, writeSync } from 'node:fs';
import { DataError } from '../../errors.js';

/** Events are written in blocks of about so many characters. */
const BLOCK = 1 << 16;

/**
 * Writes the trace format of Chrome (chrome://tracing, Perfetto): one complete event a stage, on a row of its own a stage, so that overlap
 * can be seen. Written as it goes, in bounded memory.
 */
export class TraceWriter {
  private readonly file: number;
  private readonly rows = new Map<string, number>();
  private block = '[';
  private first = true;

  /** @throws DataError when the file cannot be made */
  constructor(private readonly path: string) {
    this.file = this.guarded(() => openSync(path, 'w'));
  }

  /** @param started milliseconds of `performance.now()` */
  event(name: string, started: number, milliseconds: number, args: Record<string, unknown>): void {
    let tid = this.rows.get(name);
    if (tid === undefined) {
      tid = this.rows.size + 1;
      this.rows.set(name, tid);
      this.add({ name: 'thread_name', ph: 'M', pid: 1, tid, args: { name } });
    }
    const [ts, dur] = [started, milliseconds].map((time) => Math.round(time * 1000));
    this.add({ name, cat: 'imgano', ph: 'X', pid: 1, tid, ts, dur, args });
  }

  close(): void {
    this.block += '\n]\n';
    this.flush();
    closeSync(this.file);
  }

  private add(event: Record<string, unknown>): void {
    this.block += `${this.first ? '' : ','}\n${JSON.stringify(event)}`;
    this.first = false;
    if (this.block.length > BLOCK) this.flush();
  }

  private flush(): void {
    this.guarded(() => writeSync(this.file, this.block));
    this.block = '';
  }

  private guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new DataError(`${this.path}: the trace cannot be written (${(error as Error).message})`, { cause: error });
    }
  }
}

import { closeSync, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { fileTrouble } from '../../data/file-trouble.js';
import { DataError } from '../../errors.js';
import { canonicalJson } from '../records/canonical-json.js';
import type { RecordSink } from './record-sink.js';

/** When records are forced from the memory of the system onto the disk, so that a power cut cannot take them. */
export interface SyncPolicy {
  /** `never`: the system decides; `close`: once, at the end; `flush`: also after every `every` records. */
  readonly when: 'never' | 'close' | 'flush';
  readonly every: number;
}

/** No force: the system writes to the disk when it likes. */
const NEVER: SyncPolicy = { when: 'never', every: 0 };

/**
 * A JSON Lines file: a record is one write of one whole line, which is with the system when `write` returns, so that the end
 * of this process cannot take it. When a write fails (a full disk, say), what was half written is cut off again: the file
 * holds whole lines only.
 */
export class JsonlFile implements RecordSink {
  private readonly file: number;
  private length: number;
  private sinceSync = 0;

  /**
   * @param keep go on after so many bytes of the file that is there; by default it is replaced
   * @throws DataError when the file cannot be made
   */
  constructor(
    private readonly path: string,
    private readonly sync: SyncPolicy = NEVER,
    keep = 0,
  ) {
    this.length = keep;
    try {
      this.file = openSync(path, keep === 0 ? 'w' : 'a');
      if (keep > 0) ftruncateSync(this.file, keep);
    } catch (error) {
      throw new DataError(`${path}: cannot be written, because ${fileTrouble(error)}`, { cause: error });
    }
  }

  write(record: object): void {
    this.writeLine(Buffer.from(`${canonicalJson(record)}\n`));
  }

  /** Writes a record that is JSON already. @param line with its line break */
  writeLine(line: Uint8Array): void {
    try {
      for (let done = 0; done < line.length;) done += writeSync(this.file, line, done);
      this.length += line.length;
      this.sinceSync += 1;
      if (this.sync.when === 'flush' && this.sinceSync >= this.sync.every) this.flush();
    } catch (error) {
      this.cutBack();
      throw this.stopped(error);
    }
  }

  close(): void {
    try {
      if (this.sync.when !== 'never' && this.sinceSync > 0) this.flush();
    } catch (error) {
      throw this.stopped(error);
    } finally {
      closeSync(this.file);
    }
  }

  private flush(): void {
    this.sinceSync = 0;
    try {
      fdatasyncSync(this.file);
    } catch (error) {
      // A pipe or a device has no disk to be forced onto.
      if (!['EINVAL', 'ENOTSUP', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }

  private stopped(error: unknown): DataError {
    const why = fileTrouble(error);
    return new DataError(`${this.path}: writing stopped after ${this.length} bytes of whole lines, because ${why}`, {
      cause: error,
    });
  }

  private cutBack(): void {
    try {
      ftruncateSync(this.file, this.length);
    } catch {
      // A pipe or a device cannot be cut; the error that led here is the one to report.
    }
  }
}

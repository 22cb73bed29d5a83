import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { DataError } from '../../errors.js';
import { canonicalJson } from '../records/canonical-json.js';

/** Takes records one by one, in order. */
export interface RecordSink {
  write(record: object): void;
  close(): void;
}

/**
 * A JSON Lines file: a record is one write of one whole line. When a write fails (a full disk, say), what was half
 * written is cut off again, so that the file holds whole lines only.
 */
export class JsonlFile implements RecordSink {
  private readonly file: number;
  private length = 0;

  /** @throws DataError when the file cannot be made; an existing file is replaced */
  constructor(private readonly path: string) {
    try {
      this.file = openSync(path, 'w');
    } catch (error) {
      throw new DataError(`${path}: cannot be written (${(error as Error).message})`, { cause: error });
    }
  }

  write(record: object): void {
    const line = Buffer.from(`${canonicalJson(record)}\n`);
    try {
      for (let done = 0; done < line.length;) done += writeSync(this.file, line, done);
      this.length += line.length;
    } catch (error) {
      this.cutBack();
      throw new DataError(`${this.path}: writing stopped after ${this.length} bytes (${(error as Error).message})`, {
        cause: error,
      });
    }
  }

  close(): void {
    closeSync(this.file);
  }

  private cutBack(): void {
    try {
      ftruncateSync(this.file, this.length);
    } catch {
      // A pipe or a device cannot be cut; the error that led here is the one to report.
    }
  }
}

/** Records to a stream, usually the standard output. */
export class JsonlStream implements RecordSink {
  constructor(private readonly stream: { write(text: string): unknown }) {}

  write(record: object): void {
    this.stream.write(`${canonicalJson(record)}\n`);
  }

  close(): void {}
}

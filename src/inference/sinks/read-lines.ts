import { createReadStream } from 'node:fs';
import { fileTrouble } from '../../data/file-trouble.js';
import { DataError } from '../../errors.js';

/** A line of a file without its line break, and where the next one begins. */
export interface Line {
  readonly bytes: Buffer;
  readonly end: number;
  /** False for what stands after the last line break: a line that was not written whole. */
  readonly whole: boolean;
}

/**
 * The lines of a file one by one; memory holds one line and one block of the file.
 *
 * @throws DataError when the file cannot be read
 */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let end = 0;
  try {
    for await (const block of createReadStream(path, { highWaterMark: 2 ** 18 }) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = block.indexOf(10); at >= 0; at = block.indexOf(10, from)) {
        const bytes = Buffer.concat([...parts, block.subarray(from, at)]);
        parts = [];
        from = at + 1;
        end += bytes.length + 1;
        yield { bytes, end, whole: true };
      }
      if (from < block.length) parts.push(block.subarray(from));
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: cannot be read, because ${fileTrouble(error)}`, { cause: error });
  }
  const bytes = Buffer.concat(parts);
  if (bytes.length > 0) yield { bytes, end: end + bytes.length, whole: false };
}

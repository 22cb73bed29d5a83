import { DataError } from '../../errors.js';
import type { Inspection } from '../run.js';
import { readLines, type Line } from '../sinks/read-lines.js';
import type { ShardFile } from './check-shards.js';

interface ReadRecord {
  readonly record: Inspection['record'];
  /** The line as it stands in the file, with its line break. */
  readonly bytes: Buffer;
}

/** Walks the records of one shard. */
export class ShardCursor {
  readonly path: string;
  /** How many records the shard should hold. */
  readonly expected: number;
  seen = 0;
  /** The record that the cursor stands on; null before the first and after the last. */
  current: ReadRecord | null = null;
  private readonly lines: AsyncGenerator<Line>;

  constructor({ path, shard }: ShardFile) {
    this.path = path;
    this.expected = shard.pictures;
    this.lines = readLines(path);
  }

  get isComplete(): boolean {
    return this.seen === this.expected;
  }

  /** @throws DataError for a whole line that is no record; a torn last line counts as not there */
  async advance(): Promise<void> {
    const { value, done } = await this.lines.next();
    this.current = null;
    if (done === true || !value.whole) return;
    this.seen += 1;
    this.current = { record: this.parsed(value.bytes), bytes: Buffer.concat([value.bytes, LINE_BREAK]) };
  }

  private parsed(bytes: Buffer): Inspection['record'] {
    try {
      return JSON.parse(bytes.toString('utf8')) as Inspection['record'];
    } catch (error) {
      throw new DataError(`${this.path}:${this.seen}: is not valid JSON; make the shard again`, { cause: error });
    }
  }
}

const LINE_BREAK = Buffer.from('\n');

import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Size } from '../config/size.js';
import { DataError } from '../errors.js';
import { fileTrouble } from './file-trouble.js';
import type { Picture } from './picture.js';

/** The samples of a pixel row lie one after the other behind a header, as libvips writes its own format. */
interface StoredPixels extends Size {
  readonly source: string;
  /** 1 or 2 bytes a sample. */
  readonly depth: 1 | 2;
  /** Bytes before the first pixel. */
  readonly header: number;
}

const CHANNELS = 3;

/** Pictures that nobody closed: the file lives as long as its descriptor. */
const forgotten = new FinalizationRegistry<number>((file) => closeSync(file));

/**
 * A picture whose pixels lie in a temporary file, because they are too many for memory. They are read by rows, and the last rows that were
 * read are kept. The file has no name any more: it is gone when the picture is closed, or the process ends.
 */
export class StoredPicture implements Picture {
  readonly height: number;
  readonly width: number;
  readonly source: string;
  private kept: { top: number; count: number; values: Uint8Array | Uint16Array } | null = null;

  private constructor(
    private readonly file: number,
    private readonly stored: StoredPixels,
  ) {
    ({ height: this.height, width: this.width, source: this.source } = stored);
    forgotten.register(this, file, this);
  }

  /**
   * @param write makes the file of the given path, and says what it holds
   * @throws DataError when there is no room for it, or what `write` throws
   */
  static async make(write: (path: string) => Promise<StoredPixels>): Promise<StoredPicture> {
    const path = join(tmpdir(), `imgano-${randomUUID()}.v`);
    try {
      const stored = await write(path);
      return new StoredPicture(openSync(path, 'r'), stored);
    } finally {
      rmSync(path, { force: true });
    }
  }

  /** All pixels, read anew every time: for what cannot go by rows. */
  get rgb(): Uint8Array | Uint16Array {
    return this.read(0, this.height);
  }

  /** @returns `count * width * 3` samples, valid until the next call */
  rows(top: number, count: number): Uint8Array | Uint16Array {
    if (this.kept === null || top < this.kept.top || top + count > this.kept.top + this.kept.count) {
      this.kept = { top, count, values: this.read(top, count) };
    }
    const line = this.width * CHANNELS;
    const from = (top - this.kept.top) * line;
    return this.kept.values.subarray(from, from + count * line);
  }

  /** Frees the file; called any number of times. Nothing can be read afterwards. */
  close(): void {
    if (!forgotten.unregister(this)) return;
    this.kept = null;
    closeSync(this.file);
  }

  private read(top: number, count: number): Uint8Array | Uint16Array {
    const { depth, header, width, source } = this.stored;
    const line = width * CHANNELS * depth;
    const bytes = Buffer.allocUnsafeSlow(count * line);
    try {
      for (let at = 0; at < bytes.length;) {
        const got = readSync(this.file, bytes, at, bytes.length - at, header + top * line + at);
        if (got === 0) throw new Error('it is cut short');
        at += got;
      }
    } catch (error) {
      throw new DataError(`${source}: its pixels in a temporary file cannot be read, because ${fileTrouble(error)}`, {
        cause: error,
      });
    }
    return new (depth === 1 ? Uint8Array : Uint16Array)(bytes.buffer, 0, count * width * CHANNELS);
  }
}

/** The bytes of pixels that a picture holds in memory. */
export function heldBytes(picture: Picture): number {
  return picture instanceof StoredPicture ? 0 : picture.rgb.byteLength;
}

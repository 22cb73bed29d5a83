import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Size } from '../config/size.js';
import { DataError } from '../errors.js';
import { fileTrouble } from './file-trouble.js';
import type { Picture } from './picture.js';

/** What a file holds. */
interface StoredPixels extends Size {
  /** 1 or 2 bytes a sample. */
  readonly depth: 1 | 2;
}

const CHANNELS = 3;

/** The files are in the format of libvips (`.v`): behind so many bytes the samples lie row by row, as the machine has them in memory. */
const HEADER = 64;

/** Pictures that nobody closed: the file lives as long as its descriptor. */
const forgotten = new FinalizationRegistry<number>((file) => closeSync(file));

/**
 * A picture whose pixels lie in a temporary file, because they are too many for memory. They are read by rows, and the last rows that were
 * read are kept. The file has no name any more: it is gone when the picture is closed, or the process ends.
 */
export class StoredPicture implements Picture {
  readonly height: number;
  readonly width: number;
  private closed = false;
  private kept: { top: number; count: number; values: Uint8Array | Uint16Array } | null = null;

  private constructor(
    private readonly file: number,
    readonly source: string,
    private readonly stored: StoredPixels,
  ) {
    ({ height: this.height, width: this.width } = stored);
    forgotten.register(this, file, this);
  }

  /**
   * @param write makes a file of libvips of the given path, and says what it holds
   * @throws DataError when there is no room for it, or what `write` throws
   */
  static async make(source: string, write: (path: string) => Promise<StoredPixels>): Promise<StoredPicture> {
    const path = join(tmpdir(), `imgano-${randomUUID()}.v`);
    try {
      const stored = await write(path);
      return new StoredPicture(openSync(path, 'r'), source, stored);
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
    if (this.closed) return;
    this.closed = true;
    this.kept = null;
    forgotten.unregister(this);
    closeSync(this.file);
  }

  private read(top: number, count: number): Uint8Array | Uint16Array {
    const { depth, width } = this.stored;
    const line = width * CHANNELS * depth;
    const bytes = Buffer.allocUnsafeSlow(count * line);
    try {
      // Its number may be another file's by now.
      if (this.closed) throw new Error('the picture was closed');
      for (let at = 0; at < bytes.length;) {
        const got = readSync(this.file, bytes, at, bytes.length - at, HEADER + top * line + at);
        if (got === 0) throw new Error('it is cut short');
        at += got;
      }
    } catch (error) {
      throw new DataError(
        `${this.source}: its pixels in a temporary file cannot be read, because ${fileTrouble(error)}`,
        {
          cause: error,
        },
      );
    }
    return new (depth === 1 ? Uint8Array : Uint16Array)(bytes.buffer, 0, count * width * CHANNELS);
  }
}

/** Frees the temporary file of a picture that has one. */
export function closePicture(picture: Picture | null): void {
  if (picture instanceof StoredPicture) picture.close();
}

/** The bytes of pixels that a picture holds in memory. */
export function heldBytes(picture: Picture): number {
  return picture instanceof StoredPicture ? 0 : picture.rgb.byteLength;
}

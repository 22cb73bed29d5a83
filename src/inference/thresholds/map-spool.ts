import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Size } from '../../config/size.js';
import { DataError } from '../../errors.js';

/** Maps up to this many bytes stay in memory. */
const IN_MEMORY = 2 ** 28;

export interface SpooledMap extends Size {
  readonly data: Float32Array;
}

type Kept = Size & ({ readonly data: Float32Array } | { readonly at: number });

/**
 * Many maps in bounded memory: the first ones are held, the others go to one file in the system's folder for temporary
 * files (`TMPDIR`), which `dispose` removes.
 */
export class MapSpool {
  private readonly kept: Kept[] = [];
  private held = 0;
  private folder: string | null = null;
  private file: FileHandle | null = null;
  private written = 0;

  /** @param limit bytes that are held in memory */
  constructor(private readonly limit = IN_MEMORY) {}

  get count(): number {
    return this.kept.length;
  }

  /** @param map taken over @throws DataError when the temporary file cannot be written */
  async add({ height, width, data }: SpooledMap): Promise<void> {
    if (this.held + data.byteLength <= this.limit) {
      this.held += data.byteLength;
      this.kept.push({ height, width, data });
      return;
    }
    try {
      const file = await this.opened();
      const at = this.written;
      for (let done = 0; done < data.byteLength;) {
        const { bytesWritten } = await file.write(bytesOf(data), done, data.byteLength - done, at + done);
        done += bytesWritten;
      }
      this.written += data.byteLength;
      this.kept.push({ height, width, at });
    } catch (error) {
      throw new DataError(
        `${this.folder ?? tmpdir()}: the calibration maps cannot be put aside (${(error as Error).message}); ` +
          'make room there, or name another folder in TMPDIR',
        { cause: error },
      );
    }
  }

  async read(index: number): Promise<SpooledMap> {
    const kept = this.kept[index];
    if ('data' in kept) return kept;
    const { height, width, at } = kept;
    const data = new Float32Array(height * width);
    for (let done = 0; done < data.byteLength;) {
      const { bytesRead } = await this.file!.read(bytesOf(data), done, data.byteLength - done, at + done);
      if (bytesRead === 0) throw new DataError(`${this.folder}: a calibration map was cut short; run it again`);
      done += bytesRead;
    }
    return { height, width, data };
  }

  /** Forgets the maps and removes the file. */
  async dispose(): Promise<void> {
    this.kept.length = 0;
    await this.file?.close();
    this.file = null;
    if (this.folder !== null) await rm(this.folder, { recursive: true, force: true });
    this.folder = null;
  }

  private async opened(): Promise<FileHandle> {
    this.folder ??= await mkdtemp(join(tmpdir(), 'imgano-maps-'));
    this.file ??= await open(join(this.folder, 'maps.f32'), 'wx+');
    return this.file;
  }
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

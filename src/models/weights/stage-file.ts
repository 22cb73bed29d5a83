import { createHash } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DataError, WeightsError } from '../../errors.js';
import { download, type DownloadOptions } from './download.js';
import { writeWhole } from './write-whole.js';

/** A file that is about to be taken into a weights folder. */
export interface StagedFile {
  /** As the manifest names it. */
  readonly name: string;
  /** Where it came from: a path or an address. */
  readonly source: string;
  /** Where it is to lie. */
  readonly target: string;
  readonly sha256: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Puts it there, whole or not at all. */
  commit(): Promise<void>;
  /** Removes what was stored on the way. */
  discard(): Promise<void>;
}

/** Whether a source is an address rather than a path. */
export function isAddress(source: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(source);
}

/**
 * Reads, or downloads, a file that is to be imported.
 *
 * @throws WeightsError when it cannot be read or downloaded; nothing is left then
 */
export async function stageFile(
  { name, source, target }: Pick<StagedFile, 'name' | 'source' | 'target'>,
  options: Omit<DownloadOptions, 'dir'>,
): Promise<StagedFile> {
  const remote = isAddress(source);
  const path = remote ? await download(source, { ...options, dir: dirname(target) }) : resolve(source);
  const discard = () => (remote ? rm(path, { force: true }) : Promise.resolve());
  try {
    const read = await readFile(path).catch((cause: Error) => {
      throw new WeightsError(`${path}: the checkpoint cannot be read (${cause.message})`, { cause });
    });
    const bytes = new Uint8Array(read.buffer, read.byteOffset, read.byteLength);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const commit = async (): Promise<void> => {
      if (!remote) return path === target ? undefined : writeWhole(target, [bytes], 'checkpoint');
      await rename(path, target).catch((cause: Error) => {
        throw new DataError(`${target}: the checkpoint cannot be written (${cause.message})`, { cause });
      });
    };
    return { name, source: remote ? source : path, target, sha256, bytes, commit, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

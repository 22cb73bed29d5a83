import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { listFiles } from '../../../data/list-files.js';
import { hasPictureSuffix } from '../../../data/list-pictures.js';

/** One version of a picture in a watched folder: a picture that is written again is another one. */
export interface WatchedFile {
  /** As it can be opened. */
  readonly path: string;
  /** Below the folder, with "/". */
  readonly name: string;
  readonly bytes: number;
  /** When it was last modified, in nanoseconds; more than a number can hold. */
  readonly modified: string;
}

/**
 * The pictures below a folder, in code point order of their paths. What is gone before it was looked at is left out.
 *
 * @throws DataError when the folder cannot be read
 */
export async function lookInto(folder: string): Promise<WatchedFile[]> {
  const files: WatchedFile[] = [];
  for (const path of await listFiles(folder, hasPictureSuffix)) {
    const file = await lookAt(folder, path);
    if (file !== null) files.push(file);
  }
  return files;
}

/** What a file is now; null when it is gone. */
export async function lookAt(folder: string, path: string): Promise<WatchedFile | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (found === null) return null;
  const name = relative(folder, path).split(sep).join('/');
  return { path, name, bytes: Number(found.size), modified: found.mtimeNs.toString() };
}

/** Whether nothing was written between two looks. */
export function isSameVersion(
  a: Pick<WatchedFile, 'bytes' | 'modified'>,
  b: Pick<WatchedFile, 'bytes' | 'modified'>,
): boolean {
  return a.bytes === b.bytes && a.modified === b.modified;
}

import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../errors.js';
import { codePointOrder } from './code-point-order.js';
import { fileTrouble } from './file-trouble.js';

/**
 * The files below a folder whose path is wanted, in code point order of their paths. Hidden files and folders (and with
 * them the `._*` files of macOS) are skipped; symbolic links are followed, each folder once. A broken link with a wanted
 * name stays on the list, so that it is reported and not forgotten.
 *
 * @returns paths that begin with `folder`
 * @throws DataError when the folder, or one below it, cannot be read
 */
export async function listFiles(folder: string, wanted: (path: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  await walk(folder, wanted, new Set(), found);
  return found.sort(codePointOrder);
}

async function walk(
  folder: string,
  wanted: (path: string) => boolean,
  seen: Set<string>,
  found: string[],
): Promise<void> {
  const entries = await entriesOf(folder, seen);
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry;
    if (kind?.isDirectory()) await walk(path, wanted, seen, found);
    else if (wanted(path)) found.push(path);
  }
}

async function entriesOf(folder: string, seen: Set<string>): Promise<Dirent[]> {
  try {
    const real = await realpath(folder);
    if (seen.has(real)) return [];
    seen.add(real);
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw new DataError(`${folder}: the folder cannot be read, because ${fileTrouble(error)}`, { cause: error });
  }
}

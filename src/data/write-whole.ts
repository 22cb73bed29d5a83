import { createHash, randomUUID } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../errors.js';
import { fileTrouble } from './file-trouble.js';

/**
 * Writes a file whole or not at all: under a hidden, temporary name in the same folder, which is then renamed. An older file of
 * that name is replaced; readers see the old one or the new one, never a part. A pipe or a device is written as it is.
 *
 * @param writer who writes: a name that no other process has, so that what was half written when the writer was killed is replaced
 *   when it writes that file again; by default a name that nobody has had
 * @throws DataError that names the file and why the system refused
 */
export async function writeFileWhole(
  path: string,
  content: Uint8Array | string,
  writer: string = randomUUID(),
): Promise<void> {
  const temporary = temporaryPath(path, writer);
  try {
    if (await isDevice(path)) return await writeFile(path, content);
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new DataError(`${path}: cannot be written, because ${fileTrouble(error)}`, { cause: error });
  }
}

/** Where a writer keeps a file that is not whole yet; no longer than any name may be. */
export function temporaryPath(path: string, writer: string): string {
  const name = createHash('sha256')
    .update(JSON.stringify([writer, basename(path)]))
    .digest('hex');
  return join(dirname(path), `.imgano-${name.slice(0, 32)}.tmp`);
}

/** Whether something stands there that a rename would do away with. */
async function isDevice(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && !found.isFile() && !found.isDirectory();
}

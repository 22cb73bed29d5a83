import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataError } from '../errors.js';
import { fileTrouble } from './file-trouble.js';

/**
 * Writes a file whole or not at all: under a hidden, temporary name in the same folder, which is then renamed. An older file of
 * that name is replaced; readers see the old one or the new one, never a part.
 *
 * @throws DataError that names the file and why the system refused
 */
export async function writeFileWhole(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.imgano-${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, content, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new DataError(`${path}: cannot be written, because ${fileTrouble(error)}`, { cause: error });
  }
}

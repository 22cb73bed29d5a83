import { mkdir } from 'node:fs/promises';
import { DataError } from '../errors.js';
import { fileTrouble } from './file-trouble.js';

/**
 * Makes a folder and those above it, where they are missing.
 *
 * @throws DataError that says why the system refused
 */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new DataError(`${folder}: the folder cannot be made, because ${fileTrouble(error)}`, { cause: error });
  });
}

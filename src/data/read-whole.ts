import { readFile } from 'node:fs/promises';
import { DataError } from '../errors.js';
import { fileTrouble } from './file-trouble.js';

/**
 * The bytes of a file.
 *
 * @throws DataError that names the file when it cannot be read
 */
export async function readFileWhole(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new DataError(`${path}: cannot be read, because ${fileTrouble(error)}`, { cause: error });
  }
}

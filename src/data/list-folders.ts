import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../errors.js';
import { codePointOrder } from './code-point-order.js';
import { fileTrouble } from './file-trouble.js';

/**
 * The names of the folders in a folder, in code point order, without hidden ones; none where there is no folder of
 * that name.
 *
 * @throws DataError when the folder is there but cannot be read
 */
export async function listFolders(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw new DataError(`${folder}: the folder cannot be read, because ${fileTrouble(error)}`, { cause: error });
  });
  const visible = names.filter((name) => !name.startsWith('.')).sort(codePointOrder);
  const found = await Promise.all(visible.map((name) => stat(join(folder, name)).catch(() => null)));
  return visible.filter((_, i) => found[i]?.isDirectory());
}

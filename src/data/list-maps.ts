import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { DataError } from '../errors.js';
import { fileTrouble } from './file-trouble.js';
import { listFiles } from './list-files.js';

const MAP_SUFFIXES: readonly string[] = ['.npy', '.tif', '.tiff', '.png'];
const suffixes = MAP_SUFFIXES.join(', ');

/**
 * The saved anomaly maps that a path names: one file, or those below a folder, in code point order.
 *
 * @throws DataError when there is no such path, or no map in it
 */
export async function listMaps(path: string): Promise<string[]> {
  const isMap = (file: string) => MAP_SUFFIXES.includes(extname(file).toLowerCase());
  const found = await stat(path).catch((error: unknown) => {
    throw new DataError(`${path}: cannot be opened, because ${fileTrouble(error)}`, { cause: error });
  });
  if (!found.isDirectory()) {
    if (isMap(path)) return [path];
    throw new DataError(`${path}: expected a map that ends in ${suffixes}; save it as one of these`);
  }
  const maps = await listFiles(path, isMap);
  if (maps.length === 0) throw new DataError(`${path}: the folder holds no map (${suffixes}); check the path`);
  return maps;
}

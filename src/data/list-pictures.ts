import { extname } from 'node:path';
import { listFiles } from './list-files.js';

/** The suffixes of the formats that the decoder reads, in lower case. */
export const PICTURE_SUFFIXES: readonly string[] = ['.png', '.jpg', '.jpeg', '.bmp', '.tif', '.tiff', '.webp'];

/** Whether a path ends as a picture does, in upper or lower case. */
export function hasPictureSuffix(path: string): boolean {
  return PICTURE_SUFFIXES.includes(extname(path).toLowerCase());
}

/**
 * The pictures below a folder, as `listFiles` lists them.
 *
 * @returns paths that begin with `folder`
 * @throws DataError when the folder, or one below it, cannot be read
 */
export async function listPictures(folder: string): Promise<string[]> {
  return listFiles(folder, hasPictureSuffix);
}

import { open, rename, rm } from 'node:fs/promises';
import { DataError } from '../../errors.js';

/**
 * Writes a file whole or not at all: a temporary one beside it, flushed and renamed.
 *
 * @param what names the file in the message, for example `tensor file`
 * @throws DataError when it cannot be written
 */
export async function writeWhole(path: string, parts: readonly (Uint8Array | string)[], what: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {}); // the first trouble is the one to tell
    throw new DataError(`${path}: the ${what} cannot be written (${(cause as Error).message})`, { cause });
  }
}

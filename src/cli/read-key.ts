import { readFile } from 'node:fs/promises';
import { ConfigError } from '../errors.js';

/** The text of a key file. @throws ConfigError that names the flag when it cannot be read */
export async function readKey(flag: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readFile(path, 'utf8').catch((cause: Error) => {
    throw new ConfigError(`${flag} ${path}: the key cannot be read (${cause.message})`, undefined, { cause });
  });
}

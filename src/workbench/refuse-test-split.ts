import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError } from '../errors.js';

/**
 * Refuses a folder below `test/` beside a `train/`: `imgano evaluate` reports on it.
 *
 * @param remedy what to do instead
 * @throws DataError
 */
export function refuseTestSplit(path: string, remedy: string): void {
  for (let at = resolve(path); dirname(at) !== at; at = dirname(at)) {
    if (basename(at) !== 'test' || !existsSync(join(dirname(at), 'train'))) continue;
    throw new DataError(
      `${path}: belongs to the test split of ${dirname(at)}, which imgano evaluate reports on; ${remedy}`,
    );
  }
}

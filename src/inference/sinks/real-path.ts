import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** The path with links resolved; for a file that is not there yet, those of its folder. */
export function realPath(path: string): string {
  for (const known of [resolve(path), dirname(resolve(path))]) {
    try {
      const real = realpathSync(known);
      return known === resolve(path) ? real : join(real, basename(path));
    } catch {
      // not there yet
    }
  }
  return resolve(path);
}

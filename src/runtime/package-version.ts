import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** The version of imgano that is running. */
export const packageVersion: string = (require('../../package.json') as { version: string }).version;

/** The version of an installed package, also of one that does not export its `package.json`; null when it is not there. */
export function versionOf(name: string): string | null {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version: string }).version;
    } catch {
      // not in this folder; the next one up may have it
    }
  }
  return null;
}

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? '.', '../../../shared');

/** A path below the folder with the large reference data beside the checkout, or null where it is absent. */
export function shared(...parts: string[]): string | null {
  const path = join(root, ...parts);
  return existsSync(path) ? path : null;
}

/** `describe` that is skipped, with a line that says why, where the shared folder lacks `parts`. */
export function describeWithShared(title: string, parts: string[], body: (path: string) => void): void {
  const path = shared(...parts);
  if (path !== null) describe(title, () => body(path));
  else describe.skip(`${title} (needs ../shared/${parts.join('/')}, which is not here)`, () => body(''));
}

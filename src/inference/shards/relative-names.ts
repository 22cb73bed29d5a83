import { existsSync, statSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';

/**
 * The names of pictures relative to the inputs that gave them, with `/` between folders: below a folder as it lies there; of a glob,
 * from its first part with a wildcard on; of a manifest, from its folder; and a single file by its name.
 */
export function relativeNames(inputs: readonly string[], names: readonly string[]): string[] {
  const bases = inputs.map(baseOf);
  return names.map((name) => {
    const file = resolve(name);
    const base = bases.find((folder) => file.startsWith(folder.endsWith(sep) ? folder : folder + sep));
    return base === undefined ? basename(name) : relative(base, file).split(sep).join('/');
  });
}

/** The folder that names are told from. */
function baseOf(input: string): string {
  if (existsSync(input)) return statSync(input).isDirectory() ? resolve(input) : dirname(resolve(input));
  const parts = input.split('/');
  const wild = parts.findIndex((part) => /[*?{}()!+@[\]]/.test(part));
  return resolve(parts.slice(0, wild < 0 ? -1 : wild).join('/') || (input.startsWith('/') ? '/' : '.'));
}

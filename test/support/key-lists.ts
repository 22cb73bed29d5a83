import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A tensor of a checkpoint, without its values. */
export interface ListedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

const lists = JSON.parse(
  readFileSync(join(import.meta.dirname, '../golden/backbones/key_lists.json'), 'utf8'),
) as Record<string, Record<string, readonly number[]>>;

/**
 * Every tensor of a published checkpoint, as PyTorch lists it, by `PUBLISHER/NETWORK`. In the file names that differ in one part are
 * written as one: `{a,b}` is a or b, `{0..3}` is 0 to 3.
 */
export function keyList(name: string): ListedTensor[] {
  if (lists[name] === undefined)
    throw new Error(`there is no list "${name}"; there are ${Object.keys(lists).join(', ')}`);
  return Object.entries(lists[name]).flatMap(([pattern, shape]) =>
    expand(pattern).map((key) => ({ name: key, shape })),
  );
}

function expand(pattern: string): string[] {
  const braces = /\{([^{}]*)\}/.exec(pattern);
  if (braces === null) return [pattern];
  const [all, inside] = braces;
  const range = /^(\d+)\.\.(\d+)$/.exec(inside);
  const parts =
    range === null
      ? inside.split(',')
      : Array.from({ length: Number(range[2]) - Number(range[1]) + 1 }, (_, i) => String(Number(range[1]) + i));
  const end = braces.index + all.length;
  return parts.flatMap((part) => expand(pattern.slice(0, braces.index) + part + pattern.slice(end)));
}

import { examine, type Problem, type t } from './codec.js';

/**
 * Decodes an old document: unknown keys, which it may carry, are left out and told; everything else that is wrong is a problem.
 */
export function examineLeniently<A>(
  codec: t.Type<A>,
  value: unknown,
): { readonly value?: A; readonly problems: Problem[]; readonly unknown: Problem[] } {
  const first = examine(codec, value);
  const unknown = first.problems.filter(({ kind }) => kind === 'unknown_key');
  if (unknown.length === 0) return { ...first, unknown };
  const stripped = structuredClone(value);
  for (const { keys } of unknown) remove(stripped, keys);
  return { ...examine(codec, stripped), unknown };
}

function remove(holder: unknown, keys: readonly string[]): void {
  const at = keys.slice(0, -1).reduce((held, key) => (held as Record<string, unknown>)[key], holder);
  delete (at as Record<string, unknown>)[keys[keys.length - 1]];
}

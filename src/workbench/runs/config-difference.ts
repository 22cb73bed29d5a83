import { canonicalJson } from '../../inference/records/canonical-json.js';

export interface ConfigDifference {
  /** `model.model_kwargs.max_bank` */
  readonly key: string;
  readonly baseline: unknown;
  readonly value: unknown;
}

/** The keys in which two configs differ, in the order of their names; a key that one lacks is null there. */
export function configDifference(baseline: unknown, value: unknown): ConfigDifference[] {
  const [before, after] = [flattened(baseline), flattened(value)];
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys.flatMap((key) => {
    const pair = { baseline: before.get(key) ?? null, value: after.get(key) ?? null };
    return canonicalJson([pair.baseline]) === canonicalJson([pair.value]) ? [] : [{ key, ...pair }];
  });
}

function flattened(value: unknown, prefix = '', into = new Map<string, unknown>()): Map<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return into.set(prefix, value);
  for (const [key, inner] of Object.entries(value)) flattened(inner, prefix === '' ? key : `${prefix}.${key}`, into);
  return into;
}

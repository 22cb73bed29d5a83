import { canonicalJson } from '../records/canonical-json.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * The first key in which two parts of a header differ, in words: `settings.backend was "wasm", now "tensorflow"`; null when they
 * are equal.
 */
export function headerDifference(where: string, then: Json | null, now: Json | null): string | null {
  if (then === null || now === null) {
    if (then === now) return null;
    return `${where} was ${told(then)}, now ${told(now)}`;
  }
  const keys = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort();
  const key = keys.find((k) => canonicalJson(then[k] ?? null) !== canonicalJson(now[k] ?? null));
  return key === undefined ? null : `${where}.${key} was ${told(then[key])}, now ${told(now[key])}`;
}

function told(value: unknown): string {
  return typeof value === 'string' && value.length === 64 ? `${value.slice(0, 12)}...` : JSON.stringify(value ?? null);
}

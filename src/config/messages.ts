import { distance } from 'fastest-levenshtein';

/** ` (did you mean "x"?)`, or nothing when no known word is close. */
export function suggestion(word: string, known: readonly string[]): string {
  const ranked = known.map((k) => ({ k, d: distance(word.toLowerCase(), k.toLowerCase()) })).sort((a, b) => a.d - b.d);
  const best = ranked[0];
  return best !== undefined && best.d <= Math.max(2, Math.floor(best.k.length / 3))
    ? ` (did you mean "${best.k}"?)`
    : '';
}

/** What was wanted and what came. */
export function expected(name: string, got: unknown): string {
  return `expected ${name}, got ${describe(got)}`;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

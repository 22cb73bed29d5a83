/**
 * Lays `over` on `under`, object by object: keys that `over` leaves undefined stay as they are, arrays and plain values
 * are replaced. Objects that end up empty and were not in `under` are left out.
 */
export function overlay(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isRecord(over)) return over;
  const out: Record<string, unknown> = isRecord(under) ? { ...under } : {};
  for (const [key, value] of Object.entries(over)) {
    const merged = overlay(out[key], value);
    if (merged !== undefined) out[key] = merged;
  }
  return Object.keys(out).length === 0 && under === undefined ? undefined : out;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

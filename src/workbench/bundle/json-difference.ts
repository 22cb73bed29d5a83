/** Where two JSON values differ, and by how much; numbers may differ by a share of the larger one. null where they agree. */
export function jsonDifference(expected: unknown, got: unknown, tolerance: number, path = ''): string | null {
  if (typeof expected === 'number' && typeof got === 'number') {
    const apart = Math.abs(expected - got);
    if (apart <= tolerance * Math.max(Math.abs(expected), Math.abs(got))) return null;
    return `${path}: expected ${expected}, got ${got}`;
  }
  if (isObject(expected) && isObject(got)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(got)])) {
      const found = jsonDifference(expected[key], got[key], tolerance, path === '' ? key : `${path}.${key}`);
      if (found !== null) return found;
    }
    return null;
  }
  return expected === got ? null : `${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`;
}

/** Lists too: their places are keys. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

import { ShapeError } from '../../errors.js';

/**
 * JSON with keys in code-point order at every depth, so that equal values are equal bytes.
 *
 * @param space indentation, as for `JSON.stringify`
 * @throws ShapeError on NaN and the infinities, which JSON cannot carry and `JSON.stringify` would turn into null
 */
export function canonicalJson(value: unknown, space?: number): string {
  return JSON.stringify(
    value,
    (key, held: unknown) => {
      if (typeof held === 'number' && !Number.isFinite(held)) {
        throw new ShapeError(`a record may hold finite numbers only, but "${key}" is ${held}`);
      }
      if (typeof held !== 'object' || held === null || Array.isArray(held)) return held;
      const entries = Object.entries(held);
      return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    },
    space,
  );
}

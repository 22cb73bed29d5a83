/** `reflect` repeats the edge pixel (d c b a | a b c d), `reflect101` does not (d c b | a b c d). */
export type BorderMode = 'reflect' | 'reflect101';

/**
 * Which pixel stands for position `i` of an axis of `length` pixels; positions any distance outside are mirrored as
 * often as needed.
 */
export function borderIndex(i: number, length: number, mode: BorderMode): number {
  if (length === 1) return 0;
  const period = mode === 'reflect' ? 2 * length : 2 * length - 2;
  const at = ((i % period) + period) % period;
  if (at < length) return at;
  return mode === 'reflect' ? period - 1 - at : period - at;
}

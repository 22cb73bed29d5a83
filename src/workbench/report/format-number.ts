/** A number for people: four digits that count, no exponent where it can be helped; a dash for nothing. */
export function formatNumber(value: number | null): string {
  if (value === null) return '–';
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) < 1 && Math.abs(value) >= 0.001) return value.toFixed(4);
  return String(Number(value.toPrecision(4)));
}

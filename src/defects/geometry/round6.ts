/** Rounds to 6 decimals as Python's `round` does: correctly, and exact ties to the even digit. */
export function round6(x: number): number {
  const scaled = x * 1e6;
  if (Math.abs(scaled) > 2 ** 51) return x;
  const below = Math.floor(scaled);
  const rest = scaled - below;
  if (Math.abs(rest - 0.5) > 1e-3) return (rest < 0.5 ? below : below + 1) / 1e6;
  // Only multiples of 2^-7 can be exact ties of the seventh decimal; elsewhere the product may have been rounded.
  if (Number.isInteger(x * 128)) return (rest === 0.5 ? below + (Math.abs(below) % 2) : Math.round(scaled)) / 1e6;
  return Number(x.toFixed(6));
}

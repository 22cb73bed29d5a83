/** Rounds to 6 significant digits, whatever the scale: a float32 has hardly more that hold on another backend. */
export function significant6(x: number): number {
  return Number(x.toPrecision(6));
}

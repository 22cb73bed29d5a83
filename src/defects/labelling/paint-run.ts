/** Sets the bytes `from` to `to - 1` to 1. Most runs are short, and a call of `fill` costs more than a few pixels. */
export function paintRun(bytes: Uint8Array, from: number, to: number): void {
  if (to - from > 32) bytes.fill(1, from, to);
  else for (let p = from; p < to; p++) bytes[p] = 1;
}

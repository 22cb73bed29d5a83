/** The next higher float32 number. */
export function nextFloat(value: number): number {
  const single = Float32Array.of(value);
  const bits = new Int32Array(single.buffer);
  if (single[0] === 0) bits[0] = 1;
  else bits[0] += single[0] > 0 ? 1 : -1;
  return single[0];
}

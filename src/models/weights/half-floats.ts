/**
 * The float32 values of IEEE 754 half-precision numbers (1 sign, 5 exponent and 10 fraction bits), subnormals, infinities and
 * NaN included. Every half is exactly a float32.
 */
export function fromHalf(halves: Uint16Array): Float32Array {
  const table = (halfTable ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfValue(bits)));
  return Float32Array.from(halves, (bits) => table[bits]);
}

/** The float32 values of bfloat16 numbers: the upper half of a float32. */
export function fromBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (bits) => bits << 16).buffer);
}

/** One value for each of the 65,536 halves: a look-up is many times faster than the arithmetic. */
let halfTable: Float32Array | undefined;

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

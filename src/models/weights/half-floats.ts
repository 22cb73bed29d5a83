/**
 * The float32 values of IEEE 754 half-precision numbers (1 sign, 5 exponent and 10 fraction bits), subnormals, infinities and
 * NaN included. Every half is exactly a float32.
 */
export function fromHalf(halves: Uint16Array): Float32Array {
  const table = (halfTable ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfValue(bits)));
  return Float32Array.from(halves, (bits) => table[bits]);
}

/**
 * The halves nearest to float32 values, ties to even (IEEE 754). Values of 65,520 or more become infinite; the sign and NaN are kept.
 */
export function toHalf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, halfBits);
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

function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size >= 0x47800000) return sign | 0x7c00;
  if (size >= 0x38800000) return sign | ((size + 0xfff + ((size >>> 13) & 1) - 0x38000000) >>> 13);
  // Below the smallest normal half: the fraction, its hidden bit included, moves right by what the exponent lacks.
  const shift = 126 - (size >>> 23);
  if (shift > 24) return sign;
  const fraction = (size & 0x7fffff) | 0x800000;
  const [whole, rest, tie] = [fraction >>> shift, fraction & ((1 << shift) - 1), 1 << (shift - 1)];
  return sign | (whole + (rest > tie || (rest === tie && whole % 2 === 1) ? 1 : 0));
}

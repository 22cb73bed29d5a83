import { fromBfloat16, fromHalf } from './half-floats.js';
import type { TensorType } from './tensor-header.js';

/**
 * The values of a tensor as float32.
 *
 * @param bytes little-endian; copied
 */
export function decodeValues(type: TensorType, bytes: Uint8Array): Float32Array {
  // A copy starts at 0, so that it is aligned wherever the bytes lay; `slice` of a Buffer would be no copy.
  const { buffer } = new Uint8Array(bytes);
  switch (type) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F16':
      return fromHalf(new Uint16Array(buffer));
    case 'BF16':
      return fromBfloat16(new Uint16Array(buffer));
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'I32':
      return Float32Array.from(new Int32Array(buffer));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
  }
}

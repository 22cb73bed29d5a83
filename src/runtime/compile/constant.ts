import { DType, type ConstValue } from './graph.js';
import { type NativeBinding } from './native.js';

/**
 * A native tensor's values as a graph constant. The binding cannot read every element type: those come as float32, which holds all
 * of 8 and 16 bit exactly, and the graph has to cast them back to `dtype`.
 *
 * @param id a native tensor, borrowed
 * @returns the constant, and the element type that the tensor has itself
 */
export function readConstant(binding: NativeBinding, id: number): { value: ConstValue; dtype: number } {
  const handle = binding.executeOp('Identity', [], [id], 1)[0];
  try {
    const { dtype, shape } = handle;
    const readable = READABLE.has(dtype);
    const values = readable ? binding.tensorDataSync(handle.id) : readAsFloat(binding, handle.id);
    const data = Array.isArray(values) ? values : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return { value: { dtype: readable ? dtype : DType.float, shape, data }, dtype };
  } finally {
    // Deleting a handle of strings empties the strings that it shares, so that one is kept: it is small and rare.
    if (handle.dtype !== DType.string) binding.deleteTensor(handle.id);
  }
}

const READABLE = new Set<number>([DType.float, DType.int32, DType.bool, DType.int64, DType.complex64, DType.string]);

function readAsFloat(binding: NativeBinding, id: number): Float32Array {
  const asFloat = { name: 'DstT', type: binding.TF_ATTR_TYPE, value: DType.float };
  const cast = binding.executeOp('Cast', [asFloat], [id], 1)[0];
  try {
    return binding.tensorDataSync(cast.id) as Float32Array;
  } finally {
    binding.deleteTensor(cast.id);
  }
}

import { DType, type ConstValue } from './graph.js';
import { type NativeBinding, type TensorMetadata } from './native.js';

/**
 * From this size on a weight is fed to the session instead of being written into the graph. TensorFlow copies the constants of a
 * graph several times while it loads and optimises it: 200 MB took 3 GB and half a minute. Filters of convolutions are smaller, and
 * gain from being constants.
 */
const HELD_BYTES = 2 ** 24;

/** Whether a weight is better fed than written. On a GPU it is not, because what is fed travels to the device in every run. */
export function isBetterHeld(binding: NativeBinding, { dtype, shape }: TensorMetadata): boolean {
  const bytes = shape.reduce((size, length) => size * length, 4);
  return dtype !== DType.string && bytes > HELD_BYTES && !binding.isUsingGpuDevice();
}

/**
 * A native tensor's values as a graph constant. The binding cannot read every element type: those come as float32, which holds all
 * of 8 and 16 bit exactly, and the graph has to cast them back.
 *
 * @param tensor borrowed
 */
export function readConstant(binding: NativeBinding, { id, dtype, shape }: TensorMetadata): ConstValue {
  const readable = READABLE.has(dtype);
  const values = readable ? binding.tensorDataSync(id) : readAsFloat(binding, id);
  const data = Array.isArray(values) ? values : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { dtype: readable ? dtype : DType.float, shape, data };
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

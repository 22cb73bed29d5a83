import type { NativeBinding, OpAttribute } from '../native/binding.js';
import type { Tensor } from '../tf.js';

/** What tfjs-node's backend offers to a kernel: any op of TensorFlow, by its name. */
export interface NodeBackend {
  readonly binding: NativeBinding;
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: readonly Tensor[]): Tensor;
}

/** A type attribute for the tensor's own type. */
export function typeAttribute({ binding }: NodeBackend, name: string, tensor: Tensor): OpAttribute {
  const types: Record<string, number> = { float32: binding.TF_FLOAT, int32: binding.TF_INT32, bool: binding.TF_BOOL };
  return { name, type: binding.TF_ATTR_TYPE, value: types[tensor.dtype] };
}

import { tf, type Tensor } from '../tf.js';
import { DType } from './graph.js';
import { currentNative } from './native.js';

const NAMES = new Map<number, string>(Object.entries(DType).map(([name, number]) => [number, name]));

/**
 * What a graph is made for: a tensor's type and shape, such as `float32[1x224x224x3]`. On the native backend a tensor may have a
 * narrower element type than tfjs can name, and that one counts: `int32 (uint8)[8]`.
 */
export function kindOf(tensor: Tensor): string {
  const { dtype } = currentNative()?.tensorMap.get(tensor.dataId) ?? {};
  const own = dtype === undefined || dtype === DType.float ? tensor.dtype : (NAMES.get(dtype) ?? tensor.dtype);
  const type = own === tensor.dtype ? own : `${tensor.dtype} (${own})`;
  return `${type}[${tensor.shape.join('x')}]`;
}

/** The kinds of a function's inputs on the current backend. */
export function signatureOf(inputs: readonly Tensor[]): string {
  return [tf.getBackend(), ...inputs.map(kindOf)].join(' ');
}

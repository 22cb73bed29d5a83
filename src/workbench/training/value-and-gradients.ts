import type { Values } from '../../models/nets/module.js';
import { tf, type Scalar, type Tensor } from '../../runtime/tf.js';

/**
 * The value of a function of named tensors and its gradient by each of them.
 *
 * @param fn called once; what it gives beside the value must be kept by itself
 * @returns gradients in the order of `values`; all are owned by the caller
 * @throws Error when a value has no part in the result: a mistake of the model
 */
export function valueAndGradients(fn: () => Scalar, values: Values): { value: Scalar; gradients: Tensor[] } {
  const names = Object.keys(values);
  const { value, grads } = tf.engine().gradients(fn, Object.values(values), undefined, true);
  for (const [i, name] of names.entries()) {
    if ((grads[i] as Tensor | null | undefined) == null) {
      tf.dispose([value, ...grads]);
      throw new Error(`training: the loss does not depend on ${name}`);
    }
  }
  return { value, gradients: grads };
}

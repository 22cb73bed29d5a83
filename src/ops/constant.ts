import { tf, type Tensor } from '../runtime/tf.js';

/**
 * A function whose result gradients take for a constant. It may use kernels without gradients.
 *
 * @param inputs borrowed
 * @returns owned by the caller
 */
export function constant<T extends Tensor>(fn: (...inputs: Tensor[]) => T, ...inputs: Tensor[]): T {
  const detached = tf.customGrad((...given) => {
    // The last argument is what saves tensors for the gradient.
    const tensors = given.slice(0, inputs.length) as Tensor[];
    // Inputs may be gone when the gradient is asked for.
    const shapes = tensors.map(({ shape }) => shape);
    return { value: fn(...tensors), gradFunc: () => shapes.map((shape) => tf.fill(shape, 0)) };
  });
  return detached(...inputs) as T;
}

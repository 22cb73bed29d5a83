import { tf, type Tensor } from '../tf.js';

/** A function of tensors that gives a tensor or several, at once (no promise). */
export type TensorFunction = (inputs: Tensor[]) => Tensor | Tensor[];

/**
 * Calls `fn` so that its results belong to the caller, even where `fn` gives back an argument or a weight.
 *
 * @param inputs borrowed
 * @param seen is shown the results before they are handed over
 * @throws TypeError if `fn` is asynchronous
 */
export function callPlain(fn: TensorFunction, inputs: Tensor[], seen?: (results: Tensor[]) => void): Tensor[] {
  return tf.tidy(() => {
    const result = fn(inputs);
    const promise = result as unknown as Partial<Promise<unknown>>;
    if (typeof promise.then === 'function') {
      promise.then(
        (late) => tf.dispose(late as Tensor),
        () => {}, // what it awaits is gone when this tidy scope ends
      );
      throw new TypeError(
        'a function to be compiled gives tensors, but this one gives a promise: take the await out of it',
      );
    }
    const results = Array.isArray(result) ? result : [result];
    seen?.(results);
    return results.map((tensor) => tensor.clone());
  });
}

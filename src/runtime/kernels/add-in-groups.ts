import { type Tensor, tf } from '../tf.js';
import type { KernelRepair } from './repair.js';

/** A shader sees 8 tensors on every adapter; one of them is the sum. */
const MOST = 7;

/** Sums of many tensors, a few at a time: gradients of a value that is used often are such sums. */
export const addInGroups: KernelRepair = {
  kernel: 'AddN',
  backend: 'webgpu',
  why: 'more than 7 tensors are refused by the device',
  make: (own) => (call) => {
    const tensors = call.inputs as unknown as readonly Tensor[];
    const sum = (some: readonly Tensor[]) => own({ ...call, inputs: some as unknown as Record<string, Tensor> });
    if (tensors.length <= MOST) return sum(tensors);
    return tf.tidy(() => {
      let total = sum(tensors.slice(0, MOST));
      for (let at = MOST; at < tensors.length; at += MOST - 1)
        total = sum([total, ...tensors.slice(at, at + MOST - 1)]);
      return total;
    });
  },
};

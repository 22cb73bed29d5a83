import type { KernelRepair } from './repair.js';

/** TensorFlow 2.21 rounds whole numbers to zero; they are what they are. */
export const roundInt32: KernelRepair = {
  kernel: 'Round',
  backend: 'tensorflow',
  why: 'int32 tensors come back as zeros',
  make: (own) => (call) => {
    const x = call.inputs.x;
    return x.dtype === 'int32' ? x.clone() : own(call);
  },
};

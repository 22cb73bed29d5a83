import type { KernelRepair } from './repair.js';

/** The values are right, height and width of the result are exchanged. */
export const resizeGradient: KernelRepair = {
  kernel: 'ResizeBilinearGrad',
  backend: 'cpu',
  why: 'fails for pictures that are not square',
  make: (own) => (call) => {
    const wrong = own(call);
    const right = wrong.reshape(call.inputs.images.shape);
    wrong.dispose();
    return right;
  },
};

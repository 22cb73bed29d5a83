import { type Tensor, type Tensor4D, tf } from '../tf.js';
import type { NodeBackend } from './node-backend.js';
import type { KernelRepair } from './repair.js';

/**
 * The gradient of a convolution by its input, where one channel goes in and one comes out: on processors TensorFlow 2.21 gives values that
 * are wrong by a tenth or more, differently from call to call. With a second channel of zeros that comes out it is right, and the zeros
 * add nothing.
 */
export const singleChannelGradient: KernelRepair = {
  kernel: 'Conv2DBackpropInput',
  backend: 'tensorflow',
  why: 'is wrong where one channel goes in and one comes out',
  make: (own) => (call) => {
    const { dy, filter } = call.inputs;
    const [, , from, to] = filter.shape;
    const { dataFormat } = call.attrs as { dataFormat?: string };
    const onGpu = (call.backend as NodeBackend).binding.isUsingGpuDevice();
    if (from !== 1 || to !== 1 || dataFormat === 'NCHW' || onGpu) return own(call);
    return tf.tidy(() => own({ ...call, inputs: { ...call.inputs, dy: widened(dy), filter: widened(filter) } }));
  },
};

function widened(x: Tensor): Tensor4D {
  return tf.pad(x as Tensor4D, [[0, 0], [0, 0], [0, 0], [0, 1]]); // prettier-ignore
}

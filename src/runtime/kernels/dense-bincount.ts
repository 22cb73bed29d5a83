import { tf } from '../tf.js';
import { type NodeBackend, typeAttribute } from './node-backend.js';
import type { KernelRepair } from './repair.js';

/** Histograms of whole numbers (`tf.denseBincount`) on TensorFlow, which has the op, but tfjs-node not the kernel. */
export const denseBincount: KernelRepair = {
  kernel: 'DenseBincount',
  backend: 'tensorflow',
  why: 'there is none, so rows cannot be counted',
  make: () => (call) => {
    const { x, weights } = call.inputs;
    const { size, binaryOutput } = call.attrs as { size: number; binaryOutput: boolean };
    const backend = call.backend as NodeBackend;
    return tf.tidy(() =>
      backend.executeSingleOutput(
        'DenseBincount',
        [
          typeAttribute(backend, 'Tidx', x),
          typeAttribute(backend, 'T', weights),
          { name: 'binary_output', type: backend.binding.TF_ATTR_BOOL, value: binaryOutput },
        ],
        [x, tf.scalar(size, 'int32'), weights],
      ),
    );
  },
};

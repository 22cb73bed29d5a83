import { tf } from '../tf.js';
import type { Kernel, KernelRepair } from './repair.js';
import { poolInfo, type WindowAttributes, windowShare } from './window.js';

const why = 'at the border the gradient is divided by the whole window, the average itself by its part inside';

/** The gradient of the average that these backends really compute, where a window reaches over the border. */
export const averagePoolGradient: readonly KernelRepair[] = [
  { kernel: 'AvgPoolGrad', backend: 'cpu', why, make },
  { kernel: 'AvgPoolGrad', backend: 'wasm', why, make },
  { kernel: 'AvgPoolGrad', backend: 'webgpu', why, make },
];

function make(own: Kernel): Kernel {
  return (call) => {
    const info = poolInfo(call.inputs.input.shape, call.attrs as unknown as WindowAttributes);
    if (info.padInfo.type === 'VALID') return own(call);
    return tf.tidy(() => {
      const dy = call.inputs.dy.mul(windowShare(info));
      return own({ ...call, inputs: { ...call.inputs, dy } });
    });
  };
}

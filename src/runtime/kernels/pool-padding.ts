import { type Tensor, tf } from '../tf.js';
import type { Kernel, KernelRepair } from './repair.js';
import { frameOf, hasOwnPadding, padded, poolInfo, unpadded, type WindowAttributes, windowShare } from './window.js';

const why = 'padding that is given in pixels is refused';

/**
 * Pooling with padding in pixels on TensorFlow, which knows `valid` and `same` only: the picture gets its frame first.
 * As on the other backends a maximum ignores the frame and an average divides by the pixels inside the picture.
 */
export const poolPadding: readonly KernelRepair[] = [
  { kernel: 'MaxPool', backend: 'tensorflow', why, make: maxPool },
  { kernel: 'MaxPoolGrad', backend: 'tensorflow', why, make: maxPoolGradient },
  { kernel: 'AvgPool', backend: 'tensorflow', why, make: averagePool },
  { kernel: 'AvgPoolGrad', backend: 'tensorflow', why, make: averagePoolGradient },
];

const valid = (attrs: WindowAttributes) => ({ ...attrs, pad: 'valid', dimRoundingMode: undefined });

function maxPool(own: Kernel): Kernel {
  return (call) => {
    const x = call.inputs.x;
    const attrs = call.attrs as unknown as WindowAttributes;
    const info = poolInfo(x.shape, attrs);
    if (!hasOwnPadding(info)) return own(call);
    return tf.tidy(() => {
      const framed = padded(x, frameOf(info), lowest(x));
      return own({ ...call, inputs: { x: framed }, attrs: valid(attrs) });
    });
  };
}

function maxPoolGradient(own: Kernel): Kernel {
  return (call) => {
    const input = call.inputs.input;
    const attrs = call.attrs as unknown as WindowAttributes;
    const info = poolInfo(input.shape, attrs);
    if (!hasOwnPadding(info)) return own(call);
    return tf.tidy(() => {
      const frame = frameOf(info);
      const framed = padded(input, frame, lowest(input));
      const dx = own({ ...call, inputs: { ...call.inputs, input: framed }, attrs: valid(attrs) });
      return unpadded(dx, frame, input.shape);
    });
  };
}

function averagePool(own: Kernel): Kernel {
  return (call) => {
    const x = call.inputs.x;
    const attrs = call.attrs as unknown as WindowAttributes;
    const info = poolInfo(x.shape, attrs);
    if (!hasOwnPadding(info)) return own(call);
    return tf.tidy(() => {
      const framed = padded(x, frameOf(info));
      const mean = own({ ...call, inputs: { x: framed }, attrs: valid(attrs) });
      return mean.mul(windowShare(info));
    });
  };
}

function averagePoolGradient(own: Kernel): Kernel {
  return (call) => {
    const input = call.inputs.input;
    const attrs = call.attrs as unknown as WindowAttributes;
    const info = poolInfo(input.shape, attrs);
    if (!hasOwnPadding(info)) return own(call);
    return tf.tidy(() => {
      const frame = frameOf(info);
      const framed = padded(input, frame); // only its shape is used
      const dy = call.inputs.dy.mul(windowShare(info));
      const dx = own({ ...call, inputs: { dy, input: framed }, attrs: valid(attrs) });
      return unpadded(dx, frame, input.shape);
    });
  };
}

function lowest(x: Tensor): number {
  return x.dtype === 'int32' ? -(2 ** 31) : -Infinity;
}
